// Changing cells: typing, clearing, filling, copying, pasting, undoing. All or nothing each time.
"use strict";
(function () {
  const grid = (window.pfGrid = window.pfGrid || {});

  grid.Edits = class {
    constructor(sheet) {
      this.sheet = sheet;
      this.input = null; // the field, while it is in a cell
      this.field = this.makeField();
      sheet.table.addEventListener("keydown", (event) => this.key(event));
      sheet.table.addEventListener("dblclick", (event) => {
        const cell = event.target.closest("[data-cell]");
        if (cell) {
          this.open(cell);
        }
      });
      sheet.table.addEventListener("copy", (event) => this.copy(event, false));
      sheet.table.addEventListener("cut", (event) => this.copy(event, true));
      sheet.table.addEventListener("paste", (event) => this.paste(event));
    }

    isLocked(cell) {
      return cell.hasAttribute("aria-readonly");
    }

    key(event) {
      if (event.target.matches("input")) {
        return;
      }
      const cell = event.target.closest("[data-col]");
      const jumps = event.ctrlKey || event.metaKey;
      const letter = event.key.toLowerCase();
      if (jumps && letter === "z") {
        this.back(event.shiftKey ? "redo" : "undo");
      } else if (jumps && letter === "y") {
        this.back("redo");
      } else if (jumps && letter === "d") {
        this.fill();
      } else if (jumps || event.altKey || !cell) {
        return;
      } else if (!cell.dataset.cell) {
        if (event.key !== "Enter" && event.key !== " ") {
          return;
        }
        const inside = cell.querySelector("a, button");
        if (inside) {
          inside.click();
        }
      } else if (event.key === "Enter" || (event.key === "F2" && !event.shiftKey)) {
        this.open(cell);
      } else if (event.key === "Delete" || event.key === "Backspace") {
        this.clear();
      } else if (/^[0-9,.=(+\u2212-]$/.test(event.key)) {
        this.open(cell, event.key);
      } else {
        return;
      }
      event.preventDefault();
    }

    // The field of a cell; `typed` replaces what the cell held.
    open(cell, typed) {
      const words = this.sheet.words;
      if (this.isLocked(cell)) {
        this.sheet.say(words.lockedCell);
        return;
      }
      if (this.input) {
        this.close(true, 0, 0);
      }
      const input = this.field;
      const noted = this.sheet.notes.get(cell.dataset.cell);
      const held = grid.exact(this.sheet.store.value(cell.dataset.cell), this.sheet.unit, this.sheet.comma);
      input.value = typed === undefined ? noted || held : typed;
      cell.replaceChildren(input);
      this.input = input;
      input.focus();
      if (typed === undefined) {
        input.select();
      } else {
        input.setSelectionRange(typed.length, typed.length);
      }
    }

    // One field goes from cell to cell: the browser keeps for long each that somebody typed in.
    makeField() {
      const words = this.sheet.words;
      const input = document.createElement("input");
      input.className = "pf-sheet__input";
      input.inputMode = "text";
      input.autocomplete = "off";
      input.setAttribute("aria-label", `${words.amount} (${words.units[this.sheet.unit]})`);
      input.addEventListener("keydown", (event) => this.inputKey(event));
      input.addEventListener("blur", () => this.close(true, 0, 0, true));
      return input;
    }

    inputKey(event) {
      const step = event.shiftKey ? -1 : 1;
      if (event.key === "Enter") {
        this.close(true, step, 0);
      } else if (event.key === "Tab") {
        this.close(true, 0, step);
      } else if (event.key === "Escape") {
        this.close(false, 0, 0);
      } else {
        event.stopPropagation();
        return;
      }
      event.preventDefault();
      event.stopPropagation();
    }

    close(keeps, down, right, left) {
      const input = this.input;
      if (!input) {
        return;
      }
      this.input = null;
      const cell = input.parentNode;
      const text = input.value;
      const read = grid.parse(text, this.sheet.unit);
      this.sheet.view.paint(cell);
      if (keeps && read.fault) {
        this.sheet.refuse(this.sheet.faultText(read));
      } else if (keeps) {
        const refused = this.sign(cell, read.cents, text);
        if (refused) {
          this.sheet.refuse(refused);
        } else {
          this.sheet.change([[cell.dataset.cell, read.cents, read.expression]]);
        }
      }
      if (!left) {
        const moves = this.sheet.moves;
        moves.go(cell, false);
        if (down) {
          moves.down(cell, down, false);
        } else if (right) {
          moves.arrow(cell, [0, right], false, false);
        }
      }
    }

    // Why a cell does not take this amount: negatives are for lines of withdrawal.
    sign(cell, cents, text) {
      const allowed = cell.parentNode.hasAttribute("data-negative");
      return cents !== null && cents < 0 && !allowed ? this.sheet.words.negative.replace("%(value)s", text) : "";
    }

    openCells() {
      return this.sheet.moves
        .block()
        .flat()
        .filter((cell) => !this.isLocked(cell));
    }

    clear() {
      const cells = this.openCells();
      if (!cells.length) {
        this.sheet.say(this.sheet.words.lockedCell);
        return;
      }
      this.sheet.change(
        cells.map((cell) => [cell.dataset.cell, null]),
        this.sheet.words.cleared,
      );
    }

    // The first row of the block goes down over the others.
    fill() {
      const block = this.sheet.moves.block();
      const [first, ...others] = block;
      if (!others.length) {
        this.sheet.say(this.sheet.words.nothingToFill);
        return;
      }
      const changes = [];
      for (const row of others) {
        for (const [index, cell] of row.entries()) {
          const value = this.sheet.store.value(first[index].dataset.cell);
          const refused = this.isLocked(cell) ? "" : this.sign(cell, value, this.sheet.view.write(value));
          if (refused) {
            this.sheet.refuse(refused);
            return;
          }
          if (!this.isLocked(cell)) {
            changes.push([cell.dataset.cell, value]);
          }
        }
      }
      this.sheet.change(changes, this.sheet.words.filled);
    }

    back(way) {
      const store = this.sheet.store;
      const operation = store[way]();
      const words = this.sheet.words;
      if (operation) {
        this.sheet.changed(operation, words[way].replace("%(count)s", operation.edits.length));
      } else {
        this.sheet.say(store.refused.length ? words.changedSince : words.nothingToUndo);
      }
    }

    copy(event, cuts) {
      const block = this.sheet.moves.block();
      if (event.target.matches("input") || !block.length) {
        return;
      }
      const rows = block.map((row) => row.map((cell) => this.sheet.store.value(cell.dataset.cell)));
      grid.writeBlock(event.clipboardData, rows, this.sheet.unit, this.sheet.comma);
      event.preventDefault();
      this.sheet.say(this.sheet.words.copied.replace("%(count)s", rows.flat().length));
      if (cuts) {
        this.clear();
      }
    }

    paste(event) {
      if (event.target.matches("input")) {
        return;
      }
      event.preventDefault();
      const rows = grid.readBlock(event.clipboardData);
      const cell = event.target.closest("[data-col]");
      if (this.sheet.codes.isFor(rows, cell)) {
        this.sheet.codes.lay(rows, cell);
      } else {
        this.lay(rows);
      }
    }

    // Texts on the cells from the current one on: every text is an amount, or nothing is written.
    async lay(rows) {
      const words = this.sheet.words;
      const selected = this.sheet.moves.block();
      const alone = rows.length === 1 && rows[0].length === 1;
      const place = alone && selected.flat().length > 1 ? selected : null;
      const target = place || this.sheet.moves.target(rows.length, rows[0].length);
      const plan = { changes: [], locked: 0, outside: 0, pairs: [] };
      const wide = place ? place.map((row) => row.map(() => rows[0][0])) : rows;
      const refused = this.plan(wide, target, plan);
      if (refused) {
        this.sheet.refuse(`${refused} ${words.nothingWritten}`);
        return;
      }
      await this.finish(plan);
    }

    // Write what a block becomes, once its unit is not in doubt.
    async finish(plan) {
      const words = this.sheet.words;
      const times = grid.unitDoubt(plan.pairs);
      if (times) {
        const answer = await this.sheet.dialogs.unit(times);
        if (answer === "cancel") {
          this.sheet.say(words.nothingWritten);
          return;
        }
        if (answer === "convert" && !this.divide(plan, times)) {
          this.sheet.refuse(`${words.faults.finer} ${words.nothingWritten}`);
          return;
        }
      }
      const told = [words.pasted.replace("%(count)s", plan.changes.length)];
      if (plan.locked) {
        told.push(words.pastedLocked.replace("%(count)s", plan.locked));
      }
      if (plan.outside) {
        told.push(words.pastedOutside.replace("%(count)s", plan.outside));
      }
      this.sheet.change(plan.changes, told.join(" "), true);
    }

    plan(rows, target, plan) {
      for (const [down, texts] of rows.entries()) {
        for (const [right, text] of texts.entries()) {
          const cell = (target[down] || [])[right];
          const read = grid.parse(text, this.sheet.unit);
          if (read.fault) {
            return this.sheet.faultText(read);
          }
          if (!cell) {
            plan.outside += 1;
          } else if (this.isLocked(cell)) {
            plan.locked += 1;
          } else {
            const refused = this.sign(cell, read.cents, text);
            if (refused) {
              return refused;
            }
            plan.changes.push([cell.dataset.cell, read.cents, read.expression]);
            plan.pairs.push([this.sheet.store.value(cell.dataset.cell), read.cents]);
          }
        }
      }
      return "";
    }

    divide(plan, times) {
      plan.changes.forEach((change) => {
        change[1] = change[1] === null ? null : change[1] / times;
        change[2] = "";
      });
      return plan.changes.every((change) => change[1] === null || Number.isInteger(change[1]));
    }
  };
})();
