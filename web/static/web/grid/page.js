// The page of the grid: it joins the table, what it holds, and the server.
"use strict";
(function () {
  const grid = (window.pfGrid = window.pfGrid || {});

  class Sheet {
    constructor(root) {
      this.root = root;
      this.table = root.querySelector("table[role='grid']");
      this.words = JSON.parse(document.getElementById("pf-sheet-words").textContent);
      this.language = document.documentElement.lang;
      this.comma = this.language === "fr";
      this.unit = root.dataset.unit;
      this.ranks = root.dataset.ranks.split(" ").map(Number);
      this.notes = new Map();
      this.groupOf = new Map();
      this.store = new grid.Store(root.dataset.place, window.sessionStorage, () => crypto.randomUUID());
      this.sums = new grid.Sums(this.store, (line) => this.groupOf.get(String(line)) || "");
      this.loadSums();
      this.view = new grid.View(this);
      this.moves = new grid.Moves(this);
      this.groups = new grid.Groups(this);
      this.dialogs = new grid.Dialogs(this);
      this.codes = new grid.Codes(this);
      this.edits = new grid.Edits(this);
      this.threads = new grid.Threads(this);
      this.sync = new grid.Sync(this.store, this, root.dataset.save, root.dataset.token);
      this.prepare();
    }

    prepare() {
      this.recallGroups();
      this.adopt(Array.from(this.table.querySelectorAll("tbody tr[data-line]")));
      this.view.paintSums(null);
      this.moves.start();
      this.groups.hear();
      this.root.addEventListener("click", (event) => this.clicked(event));
      document.querySelectorAll("[data-sheet-measures]").forEach((button) => {
        button.addEventListener("click", () => this.turn(button.dataset.sheetMeasures));
      });
      window.addEventListener("beforeunload", (event) => {
        if (this.store.waiting.length && !this.store.keep()) {
          event.preventDefault();
        }
      });
      if (this.root.dataset.state) {
        this.others = new grid.Others(this);
      }
      document.querySelectorAll("[data-sheet-choice]").forEach((one) => {
        one.hidden = false;
      });
      this.ready = true;
      this.sync.run();
    }

    loadSums() {
      const told = JSON.parse(document.getElementById("pf-sheet-sums").textContent);
      Object.entries(told).forEach(([name, cents]) => this.sums.load(name, cents));
    }

    // Edits kept through a reload: the group of their lines is not in the page yet.
    recallGroups() {
      const kept = JSON.parse(window.sessionStorage.getItem(this.root.dataset.place + "/groups") || "{}");
      Object.entries(kept).forEach(([line, group]) => this.groupOf.set(line, group));
    }

    keepGroups(keys) {
      const kept = {};
      keys.forEach((key) => {
        const line = key.split(".")[0];
        kept[line] = this.groupOf.get(line) || "";
      });
      window.sessionStorage.setItem(this.root.dataset.place + "/groups", JSON.stringify(kept));
    }

    adopt(rows) {
      rows.forEach((row) => {
        this.groupOf.set(row.dataset.line, row.dataset.group);
        row.querySelectorAll("[data-note]").forEach((cell) => this.notes.set(cell.dataset.cell, cell.dataset.note));
      });
      this.view.adopt(rows);
      this.moves.room();
    }

    // --- what changes -----------------------------------------------------------------------

    change(changes, told, undoable) {
      const operation = this.store.change(changes);
      if (operation) {
        this.changed(operation, told, undoable);
      } else if (told) {
        this.say(told);
      }
    }

    changed(operation, told, undoable) {
      operation.edits.forEach((edit) => {
        if (edit.expression) {
          this.notes.set(edit.key, edit.expression);
        } else {
          this.notes.delete(edit.key);
        }
      });
      this.keepGroups(this.store.dirty());
      this.view.refresh(operation.edits.map((edit) => edit.key));
      this.moves.mark();
      this.notice(undoable ? told : "", undoable);
      if (told) {
        this.say(told);
      }
      this.sync.run();
    }

    // --- what the synchronisation tells -------------------------------------------------------

    state(word) {
      const state = document.getElementById("pf-sheet-state");
      const count = this.store.dirty().length;
      const banner = document.getElementById("pf-sheet-offline");
      const words = this.words.states;
      const time = new Date().toLocaleTimeString(this.language, { hour: "2-digit", minute: "2-digit" });
      const text = { saved: this.saidOnce ? words.saved.replace("%(time)s", time) : "" }[word];
      state.textContent = text === undefined ? words[word].replace("%(count)s", count) : text;
      state.dataset.state = word;
      this.saidOnce = true;
      if (banner) {
        banner.hidden = word !== "network" && word !== "session";
        banner.querySelector("[data-count]").textContent = String(count);
      }
    }

    written(operation, answer) {
      this.sums.settle(operation);
      this.view.refresh(operation.edits.map((edit) => edit.key));
      this.controls(answer.problems);
    }

    async conflict(operation, cells) {
      const choices = await this.dialogs.conflict(operation, cells);
      cells.forEach((cell) => {
        this.sums.move(cell.key, this.store.saved.get(cell.key) ?? null, cell.stored);
      });
      this.sync.resolve(operation, choices);
      this.view.refresh(cells.map((cell) => cell.key));
    }

    refused(operation, keys, body) {
      const texts = (body.rows || []).map((row) => row.message);
      this.view.refresh(keys);
      this.refuse([body.message, ...texts.slice(0, 3)].filter(Boolean).join(" "));
    }

    // --- words ------------------------------------------------------------------------------

    columnName(key) {
      const parts = key.split(".");
      const measure = parts.pop();
      const rank = parts.pop();
      const kind = measure === "balance" ? this.words.balance : measure.toUpperCase();
      return rank === undefined ? `${this.words.total} ${kind}` : `${kind} ${this.words.years[rank]}`;
    }

    faultText(read) {
      return this.words.faults[read.fault].replace("%(value)s", read.text);
    }

    say(text) {
      document.getElementById("pf-sheet-said").textContent = text;
    }

    // Something was refused: told once, shown until the next change.
    refuse(text) {
      this.notice(text, false, true);
      this.say(text);
    }

    notice(text, undoable, wrong) {
      const place = document.getElementById("pf-sheet-notice");
      place.hidden = !text;
      place.classList.toggle("fr-alert--error", Boolean(wrong));
      place.classList.toggle("fr-alert--info", !wrong);
      place.querySelector("p").textContent = text || "";
      place.querySelector("button").hidden = !undoable;
    }

    // Where one is, and what the block adds up to; « what it was » lives here, not in the cell.
    tellPlace(cell, block) {
      const place = document.getElementById("pf-sheet-place");
      const chosen = document.getElementById("pf-sheet-chosen");
      if (!cell || !cell.dataset.cell) {
        place.textContent = cell ? [this.view.lineName(cell), cell.title].filter(Boolean).join(" · ") : "";
        chosen.textContent = "";
        return;
      }
      const key = cell.dataset.cell;
      const unit = this.words.units[this.unit];
      const told = [this.view.lineName(cell), this.columnName(key)];
      told.push(`${grid.exact(this.store.value(key), this.unit, this.comma) || this.words.empty} ${unit}`);
      if (this.notes.has(key)) {
        told.push(this.notes.get(key));
      }
      if (cell.dataset.compared !== undefined) {
        told.push(`${this.words.compared} ${this.view.write(Number(cell.dataset.compared || 0))}`);
      }
      if (this.store.isDirty(key)) {
        told.push(`${this.words.unsaved} (${this.view.write(this.store.saved.get(key) || 0)})`);
      }
      if (cell.hasAttribute("aria-readonly")) {
        told.push(this.words.locked);
      }
      place.textContent = told.join(" · ");
      const cells = block.flat();
      const sum = cells.reduce((total, one) => total + (this.store.value(one.dataset.cell) || 0), 0);
      chosen.textContent =
        cells.length > 1
          ? this.words.chosen
              .replace("%(count)s", cells.length)
              .replace("%(sum)s", this.view.write(sum))
              .replace("%(mean)s", this.view.write(Math.round(sum / cells.length)))
          : "";
    }

    // The list of problems: each a button that goes to its cell.
    controls(problems) {
      const list = document.getElementById("pf-sheet-problems");
      if (!list || !problems) {
        return;
      }
      document.getElementById("pf-sheet-count").textContent = problems.title;
      list.replaceChildren(
        ...problems.rows.map((problem) => {
          const item = document.createElement("li");
          const button = document.createElement("button");
          button.type = "button";
          button.className = `pf-problem pf-problem--${problem.severity}`;
          button.textContent = problem.text;
          Object.assign(button.dataset, { go: problem.line || "", group: problem.group || "", place: problem.place || "" });
          item.append(button);
          return item;
        }),
      );
    }

    clicked(event) {
      const problem = event.target.closest("[data-go]");
      const undo = event.target.closest("[data-pf-undo]");
      const csv = event.target.closest("[data-pf-unsaved]");
      if (problem) {
        event.preventDefault();
        this.groups.reach(problem.dataset.group, problem.dataset.go, problem.dataset.place);
      } else if (undo) {
        this.edits.back("undo");
        this.moves.go(this.moves.current, true);
      } else if (csv) {
        this.unsaved();
      }
    }

    // What is not saved, as a file: nothing is lost with the page.
    unsaved() {
      const rows = this.store.dirty().map((key) => {
        const cell = this.view.cells.get(key);
        const amount = grid.exact(this.store.value(key), "eur", true);
        return [cell ? this.view.lineName(cell) : key.split(".")[0], this.columnName(key), amount];
      });
      const quoted = rows.map((row) => row.map((text) => `"${String(text).replace(/"/g, '""')}"`).join(";"));
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob(["\ufeff" + quoted.join("\r\n")], { type: "text/csv" }));
      link.download = `${this.root.dataset.name}.csv`;
      link.click();
      URL.revokeObjectURL(link.href);
    }

    // AE, CP or both: a choice of what is shown, not of what is held.
    turn(measures) {
      this.table.dataset.measures = measures;
      document.querySelectorAll("[data-sheet-measures]").forEach((one) => {
        one.setAttribute("aria-pressed", String(one.dataset.sheetMeasures === measures));
      });
      this.table.querySelectorAll("th[colspan='2'].pf-sheet__year, th[data-span]").forEach((head) => {
        head.dataset.span = "2";
        head.colSpan = measures ? 1 : 2;
      });
      if (this.moves.current && !this.moves.isShown(this.moves.current)) {
        this.moves.go(this.moves.stops(this.moves.current.parentNode)[0], false);
      }
      this.moves.mark();
    }
  }

  document.addEventListener("DOMContentLoaded", function () {
    const root = document.querySelector("[data-pf-sheet]");
    if (root) {
      grid.sheet = new Sheet(root);
    }
  });
})();
