// The groups of lines: folded with the sums of the server, opened on demand.
"use strict";
(function () {
  const grid = (window.pfGrid = window.pfGrid || {});
  // Beyond, what was opened first folds: a page of thousands of lines is slow to everybody.
  const MOST_OPEN_LINES = 300;

  grid.Groups = class {
    constructor(sheet) {
      this.sheet = sheet;
      this.table = sheet.table;
      this.opened = [];
    }

    hear() {
      this.table.addEventListener("click", (event) => {
        const button = event.target.closest("[data-pf-toggle]");
        if (button) {
          event.preventDefault();
          this.toggle(button.closest("tr"));
        }
      });
    }

    linesOf(row) {
      return Array.from(row.closest("tbody").querySelectorAll("tr[data-line]"));
    }

    async toggle(row, quietly) {
      const open = row.dataset.open === "true";
      if (open) {
        this.fold(row);
      } else {
        await this.unfold(row, quietly);
      }
    }

    fold(row) {
      const lines = this.linesOf(row);
      const inside = lines.some((line) => line.contains(document.activeElement));
      this.sheet.view.forget(lines);
      lines.forEach((line) => line.remove());
      this.expanded(row, false);
      this.opened = this.opened.filter((one) => one !== row);
      if (inside) {
        this.sheet.moves.go(row.querySelector("[data-col]"), false);
      }
      this.sheet.moves.start();
    }

    expanded(row, open) {
      row.dataset.open = String(open);
      const button = row.querySelector("[data-pf-toggle]");
      button.setAttribute("aria-expanded", String(open));
      button.firstElementChild.textContent = open ? "▾" : "▸";
    }

    // The lines of a group, from the server; the groups opened first fold when there are too many.
    async unfold(row, quietly) {
      row.setAttribute("aria-busy", "true");
      try {
        const response = await fetch(row.dataset.href, { headers: { "X-Requested-With": "fetch" } });
        if (!response.ok) {
          throw new Error(String(response.status));
        }
        const holder = document.createElement("template");
        holder.innerHTML = (await response.text()).trim();
        const lines = Array.from(holder.content.querySelectorAll("tr"));
        row.after(holder.content);
        this.opened.push(row);
        this.expanded(row, true);
        this.sheet.adopt(lines);
        this.sheet.view.paintSums(null);
        this.makeRoom(row);
        if (!quietly) {
          this.sheet.say(this.sheet.words.opened.replace("%(count)s", lines.length));
        }
      } catch {
        this.sheet.refuse(this.sheet.words.notLoaded);
      } finally {
        row.removeAttribute("aria-busy");
      }
    }

    makeRoom(kept) {
      let count = this.table.querySelectorAll("tbody tr[data-line]").length;
      for (const row of [...this.opened]) {
        if (count <= MOST_OPEN_LINES || row === kept) {
          return;
        }
        count -= this.linesOf(row).length;
        this.fold(row);
      }
    }

    // Show a line, its group opened first, and go to one of its cells.
    async reach(group, line, place) {
      const row = this.table.querySelector(`tr[data-group-row="${CSS.escape(group)}"]`);
      if (row && row.dataset.open !== "true") {
        await this.unfold(row, true);
      }
      const cell =
        this.sheet.view.cells.get(`${line}.${place}`) ||
        this.table.querySelector(`tr[data-line="${line}"] [data-col]`) ||
        (row && row.querySelector("[data-col]"));
      this.sheet.moves.go(cell, false);
    }
  };
})();
