// The table of the grid: it shows what the store and the sums hold, and marks what is wrong.
// Only what changed is painted again.
"use strict";
(function () {
  const grid = (window.pfGrid = window.pfGrid || {});

  grid.View = class {
    constructor(sheet) {
      this.sheet = sheet;
      this.table = sheet.table;
      this.cells = new Map();
      this.over = new Set();
      this.feet = new Map();
      this.table.querySelectorAll("tfoot [data-foot]").forEach((row) => {
        row.querySelectorAll("[data-sum]").forEach((cell) => {
          this.feet.set(`${row.dataset.foot}|${cell.dataset.sum}`, cell);
        });
      });
    }

    write(cents, sign) {
      return grid.write(cents, this.sheet.unit, this.sheet.language, sign);
    }

    // Rows that the server has just given: their cells are known and named.
    adopt(rows) {
      rows.forEach((row) => {
        row.querySelectorAll("[data-cell]").forEach((cell) => {
          const given = cell.dataset.cents === "" ? null : Number(cell.dataset.cents);
          this.cells.set(cell.dataset.cell, cell);
          this.sheet.store.load(cell.dataset.cell, given);
          this.paint(cell);
        });
        this.paintRow(row);
      });
    }

    forget(rows) {
      rows.forEach((row) => {
        row.querySelectorAll("[data-cell]").forEach((cell) => this.cells.delete(cell.dataset.cell));
      });
    }

    paint(cell) {
      const key = cell.dataset.cell;
      const value = this.sheet.store.value(key);
      const dirty = this.sheet.store.isDirty(key);
      const before = cell.dataset.compared;
      cell.textContent = this.write(value);
      cell.classList.toggle("pf-sheet__zero", !value);
      cell.classList.toggle("pf-sheet__dirty", dirty);
      if (before !== undefined) {
        const change = (value || 0) - Number(before || 0);
        cell.classList.toggle("pf-sheet__changed", change !== 0);
        if (change) {
          const shown = document.createElement("span");
          shown.className = "pf-sheet__delta";
          shown.textContent = (change > 0 ? "↑\u00a0" : "↓\u00a0") + this.write(change, true);
          cell.append(shown);
        }
      }
      cell.setAttribute("aria-label", this.name(cell, value, dirty));
    }

    // Line, year, AE or CP, value, state: what is heard on a cell.
    name(cell, value, dirty) {
      const words = this.sheet.words;
      const told = [
        this.lineName(cell),
        this.sheet.columnName(cell.dataset.cell),
        value === null ? words.empty : `${this.write(value)} ${words.units[this.sheet.unit]}`,
      ];
      if (cell.hasAttribute("aria-readonly")) {
        told.push(words.locked);
      }
      if (dirty) {
        told.push(words.unsaved);
      }
      if (cell.getAttribute("aria-invalid") === "true") {
        told.push(cell.title);
      }
      return told.join(", ");
    }

    lineName(cell) {
      const head = cell.parentNode.querySelector("[data-name]");
      return head ? head.dataset.name : "";
    }

    // The totals of a line, and the year in which its CP go beyond its AE.
    paintRow(row) {
      const total = { ae: 0, cp: 0 };
      const pairs = [];
      row.querySelectorAll("[data-cell]").forEach((cell) => {
        const [, rank, measure] = cell.dataset.cell.split(".");
        const value = this.sheet.store.value(cell.dataset.cell) || 0;
        total[measure] += value;
        if (Number(rank) >= 0) {
          pairs[rank] = pairs[rank] || [0, 0];
          pairs[rank][measure === "cp" ? 1 : 0] = value;
        }
      });
      const shown = { ae: total.ae, cp: total.cp, balance: total.ae - total.cp };
      row.querySelectorAll("[data-row]").forEach((cell) => {
        cell.textContent = this.write(shown[cell.dataset.row]);
      });
      this.markBeyond(row, grid.beyondAe(pairs, Number(row.dataset.opening || 0)));
    }

    markBeyond(row, rank) {
      row.querySelectorAll("[data-cell]").forEach((cell) => {
        const [, one, measure] = cell.dataset.cell.split(".");
        const wrong = rank !== null && measure === "cp" && Number(one) === rank;
        if (wrong !== (cell.getAttribute("aria-invalid") === "true")) {
          cell.classList.toggle("pf-sheet__wrong", wrong);
          if (wrong) {
            cell.setAttribute("aria-invalid", "true");
            cell.title = this.sheet.words.beyond;
          } else {
            cell.removeAttribute("aria-invalid");
            cell.removeAttribute("title");
          }
          this.paint(cell);
        }
      });
      row.toggleAttribute("data-wrong", rank !== null);
    }

    // Cells that changed: they, their rows, the totals.
    refresh(keys) {
      const rows = new Set();
      keys.forEach((key) => {
        const cell = this.cells.get(key);
        if (cell) {
          this.paint(cell);
          rows.add(cell.parentNode);
        }
      });
      rows.forEach((row) => this.paintRow(row));
      this.paintSums(new Set(keys.map((key) => this.sheet.sums.groupOf(key.split(".")[0]))));
    }

    paintSums(groups) {
      const sums = this.sheet.sums;
      sums.refresh();
      this.table.querySelectorAll("tbody tr[data-group-row]").forEach((row) => {
        if (!groups || groups.has(row.dataset.groupRow)) {
          this.paintTotals(row, (place) => sums.value(`${row.dataset.groupRow}|${place}`));
        }
      });
      this.paintFeet();
    }

    paintTotals(row, value) {
      row.querySelectorAll("[data-sum]").forEach((cell) => {
        const cents = grid.folded(cell.dataset.sum, this.sheet.ranks, value);
        cell.textContent = this.write(cents);
        cell.classList.toggle("pf-sheet__zero", !cents);
        if (cell.dataset.compared !== undefined) {
          const change = cents - Number(cell.dataset.compared);
          if (change) {
            const shown = document.createElement("span");
            shown.className = "pf-sheet__delta";
            shown.textContent = (change > 0 ? "↑\u00a0" : "↓\u00a0") + this.write(change, true);
            cell.append(shown);
          }
        }
      });
    }

    // Programmed, ceiling, gap; a ceiling that is crossed, either way, is said once.
    paintFeet() {
      const foot = this.table.querySelector("tfoot [data-foot='total']");
      this.paintTotals(foot, (place) => this.sheet.sums.value(place));
      const crossed = [];
      this.feet.forEach((cell, name) => {
        const [kind, place] = name.split("|");
        if (kind === "ceiling") {
          cell.textContent = cell.dataset.cents === "" ? "–" : this.write(Number(cell.dataset.cents));
        }
        if (kind === "gap") {
          this.paintGap(cell, place, crossed);
        }
      });
      if (crossed.length) {
        this.sheet.say(crossed.join(" "));
      }
    }

    paintGap(cell, place, crossed) {
      const ceiling = this.feet.get(`ceiling|${place}`);
      if (!ceiling || ceiling.dataset.cents === "") {
        cell.textContent = "–";
        return;
      }
      const total = grid.folded(place, this.sheet.ranks, (one) => this.sheet.sums.value(one));
      const gap = total - Number(ceiling.dataset.cents);
      const over = gap > 0;
      cell.textContent = (over ? "▲\u00a0" : "") + this.write(gap, true);
      cell.classList.toggle("pf-sheet__over", over);
      cell.classList.toggle("pf-sheet__under", !over);
      const words = this.sheet.words;
      const hidden = document.createElement("span");
      hidden.className = "fr-sr-only";
      hidden.textContent = ` ${over ? words.over : words.margin}`;
      cell.append(hidden);
      if (over !== this.over.has(place) && this.sheet.ready) {
        crossed.push(
          (over ? words.crossed : words.respected)
            .replace("%(what)s", this.sheet.columnName(place))
            .replace("%(gap)s", `${this.write(Math.abs(gap))} ${words.units[this.sheet.unit]}`),
        );
      }
      this.over[over ? "add" : "delete"](place);
    }
  };

  // The sum of a column: of one year, of all ("ae", "cp") or AE less CP ("balance").
  grid.folded = function (place, ranks, value) {
    if (place === "balance") {
      return grid.folded("ae", ranks, value) - grid.folded("cp", ranks, value);
    }
    return place.includes(".")
      ? value(place)
      : ranks.reduce((sum, rank) => sum + value(`${rank}.${place}`), 0);
  };
})();
