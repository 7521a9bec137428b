// Moving in the grid as in a spreadsheet: one tab stop, arrows, Home, End, and a block selected.
"use strict";
(function () {
  const grid = (window.pfGrid = window.pfGrid || {});
  const STOPS = "[data-col]";
  const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

  grid.Moves = class {
    constructor(sheet) {
      this.sheet = sheet;
      this.table = sheet.table;
      this.current = null;
      this.anchor = null;
      this.selected = [];
      this.table.addEventListener("keydown", (event) => this.key(event));
      this.table.addEventListener("focusin", (event) => this.entered(event));
      this.table.addEventListener("mousedown", (event) => this.pressed(event));
      this.table.addEventListener("mouseover", (event) => this.dragged(event));
      window.addEventListener("resize", () => this.room());
    }

    // What has the focus is never under the head, the foot nor the first column, which stay put.
    room() {
      const { tHead, tFoot, parentNode } = this.table;
      const first = this.table.querySelector("tbody th");
      const sides = [tHead.offsetHeight, 0, tFoot.offsetHeight, first ? first.offsetWidth : 0];
      parentNode.style.scrollPadding = sides.map((side) => `${side + 4}px`).join(" ");
    }

    // The rows that are shown: those of the head and of the foot are read, not walked.
    rows() {
      return Array.from(this.table.querySelectorAll("tbody tr")).filter((row) => !row.hidden);
    }

    stops(row) {
      return Array.from(row.querySelectorAll(STOPS)).filter((cell) => this.isShown(cell));
    }

    isShown(cell) {
      const measure = cell.dataset.measure;
      const shown = this.table.dataset.measures;
      return !measure || !shown || shown === measure;
    }

    // The stop of a row that is in a column, or the last one before it.
    stopAt(row, column) {
      const stops = this.stops(row);
      return stops.findLast((cell) => Number(cell.dataset.col) <= column) || stops[0];
    }

    // The only cell that Tab reaches.
    start() {
      const first = this.table.querySelector("tbody " + STOPS);
      if (first && !this.table.querySelector("tbody [tabindex='0']")) {
        first.tabIndex = 0;
      }
    }

    go(cell, extend) {
      if (!cell) {
        return;
      }
      if (this.current && this.current !== cell) {
        this.current.tabIndex = -1;
      }
      this.table.querySelectorAll("tbody [tabindex='0']").forEach((other) => {
        other.tabIndex = -1;
      });
      this.current = cell;
      cell.tabIndex = 0;
      if (!extend || !this.anchor) {
        this.anchor = cell;
      }
      if (document.activeElement !== cell) {
        cell.focus();
      }
      // The browser is content with a part of a cell.
      cell.scrollIntoView({ block: "nearest", inline: "nearest" });
      this.mark();
    }

    entered(event) {
      const cell = event.target.closest(STOPS);
      if (cell && cell !== this.current && event.target === cell) {
        this.go(cell, false);
      }
    }

    pressed(event) {
      const cell = event.target.closest(STOPS);
      if (!cell || event.button || event.target.closest("a, button, input")) {
        return;
      }
      event.preventDefault();
      this.go(cell, event.shiftKey);
    }

    dragged(event) {
      const cell = event.target.closest("[data-cell]");
      if (cell && event.buttons === 1 && this.anchor && this.anchor.dataset.cell) {
        this.go(cell, true);
      }
    }

    key(event) {
      const cell = event.target.closest(STOPS);
      if (!cell || event.target.matches("input") || event.altKey) {
        return;
      }
      const arrow = ARROWS[event.key];
      const jumps = event.ctrlKey || event.metaKey;
      if (arrow) {
        this.arrow(cell, arrow, jumps, event.shiftKey);
      } else if (event.key === "Home" || event.key === "End") {
        this.edge(cell, event.key === "Home", jumps, event.shiftKey);
      } else if (event.key === "PageDown" || event.key === "PageUp") {
        this.down(cell, event.key === "PageDown" ? 15 : -15, event.shiftKey);
      } else if (jumps && event.key.toLowerCase() === "a") {
        this.all();
      } else {
        return;
      }
      event.preventDefault();
    }

    arrow(cell, [down, right], jumps, extend) {
      if (jumps) {
        this.edge(cell, down < 0 || right < 0, Boolean(down), extend, Boolean(down));
        return;
      }
      if (down) {
        this.down(cell, down, extend);
        return;
      }
      const stops = this.stops(cell.parentNode);
      this.go(stops[stops.indexOf(cell) + right], extend);
    }

    down(cell, count, extend) {
      const rows = this.rows();
      const index = rows.indexOf(cell.parentNode) + count;
      const row = rows[Math.max(0, Math.min(rows.length - 1, index))];
      this.go(this.stopAt(row, Number(cell.dataset.col)), extend);
    }

    // The first or the last cell of the row; with Ctrl, of the whole grid, or of the column.
    edge(cell, first, whole, extend, sameColumn) {
      const rows = this.rows();
      const row = whole ? rows[first ? 0 : rows.length - 1] : cell.parentNode;
      if (sameColumn) {
        this.go(this.stopAt(row, Number(cell.dataset.col)), extend);
        return;
      }
      const stops = this.stops(row);
      this.go(stops[first ? 0 : stops.length - 1], extend);
    }

    all() {
      const cells = this.rows()
        .filter((row) => row.dataset.line)
        .flatMap((row) => this.stops(row).filter((cell) => cell.dataset.cell));
      if (cells.length) {
        this.anchor = cells[0];
        this.go(cells[cells.length - 1], true);
      }
    }

    // The rows of cells from the anchor to the current one; a lone cell that holds no amount: none.
    block() {
      if (!this.current || !this.anchor || !this.current.dataset.cell || !this.anchor.dataset.cell) {
        return [];
      }
      const rows = this.rows();
      const [top, bottom] = ordered(
        rows.indexOf(this.anchor.parentNode),
        rows.indexOf(this.current.parentNode),
      );
      const [left, right] = ordered(Number(this.anchor.dataset.col), Number(this.current.dataset.col));
      return rows
        .slice(Math.max(top, 0), bottom + 1)
        .filter((row) => row.dataset.line)
        .map((row) =>
          this.stops(row).filter((cell) => {
            const column = Number(cell.dataset.col);
            return cell.dataset.cell && column >= left && column <= right;
          }),
        );
    }

    // The cells from the current one on, row by row: where a block of this size is pasted.
    target(height, width) {
      const rows = this.rows().filter((row) => row.dataset.line);
      const block = this.block();
      const first = block.length ? block[0][0] : null;
      if (!first) {
        return [];
      }
      const from = rows.indexOf(first.parentNode);
      return rows.slice(from, from + height).map((row) => {
        const stops = this.stops(row).filter((cell) => cell.dataset.cell);
        const start = stops.findIndex((cell) => cell.dataset.col === first.dataset.col);
        return stops.slice(start, start + width);
      });
    }

    mark() {
      this.selected.forEach((cell) => {
        cell.classList.remove("pf-sheet__selected");
        cell.removeAttribute("aria-selected");
      });
      const block = this.block().flat();
      this.selected = block.length > 1 ? block : [];
      this.selected.forEach((cell) => {
        cell.classList.add("pf-sheet__selected");
        cell.setAttribute("aria-selected", "true");
      });
      this.sheet.tellPlace(this.current, block);
    }
  };

  function ordered(one, other) {
    return one < other ? [one, other] : [other, one];
  }
})();
