// Questions of the grid: another unit, values that somebody else wrote first.
// The dialogs are in the page; each gives the focus back to the cell that it came from.
"use strict";
(function () {
  const grid = (window.pfGrid = window.pfGrid || {});

  grid.Dialogs = class {
    constructor(sheet) {
      this.sheet = sheet;
    }

    // Show a dialog and wait for the value of the button that closes it; Escape: "cancel".
    ask(dialog, prepare) {
      return new Promise((resolve) => {
        const form = dialog.querySelector("form");
        prepare(form);
        dialog.returnValue = "";
        dialog.addEventListener(
          "close",
          () => {
            this.sheet.moves.go(this.sheet.moves.current, true);
            resolve(dialog.returnValue || "cancel");
          },
          { once: true },
        );
        dialog.showModal();
      });
    }

    unit(times) {
      const dialog = document.getElementById("pf-sheet-unit");
      const name = times === 1000 ? "keur" : "meur";
      return this.ask(dialog, (form) => {
        form.querySelector("[data-times]").textContent = new Intl.NumberFormat(
          this.sheet.language,
        ).format(times);
        form.querySelector("[data-unit]").textContent = this.sheet.words.units[this.sheet.unit];
        form.dataset.name = name;
      });
    }

    // Both values of each cell that somebody else wrote first; the person keeps one of each.
    async conflict(operation, cells) {
      const dialog = document.getElementById("pf-sheet-conflict");
      const answer = await this.ask(dialog, (form) => {
        const body = form.querySelector("tbody");
        body.replaceChildren(...cells.map((cell, index) => this.row(cell, index)));
      });
      const form = dialog.querySelector("form");
      return cells.map((cell, index) => {
        const mine = form.querySelector(`input[name='cell-${index}'][value='mine']`);
        const all = { mine: true, theirs: false, cancel: false }[answer];
        return [cell.key, cell.stored, all === undefined ? mine.checked : all];
      });
    }

    // Who wrote what is saved, and for whom.
    author(cell) {
      const told = this.sheet.words.acting.replace("%(actor)s", cell.by).replace("%(other)s", cell.on_behalf_of);
      return cell.by ? ` (${cell.on_behalf_of ? told : cell.by})` : "";
    }

    row(cell, index) {
      const sheet = this.sheet;
      const row = document.createElement("tr");
      const head = document.createElement("th");
      head.scope = "row";
      const shown = sheet.view.cells.get(cell.key);
      head.textContent = [shown ? sheet.view.lineName(shown) : cell.label || cell.line, sheet.columnName(cell.key)].join(", ");
      row.append(head);
      [
        ["mine", cell.yours, ""],
        ["theirs", cell.stored, this.author(cell)],
      ].forEach(([value, cents, who]) => {
        const box = document.createElement("td");
        const label = document.createElement("label");
        const input = document.createElement("input");
        input.type = "radio";
        input.name = `cell-${index}`;
        input.value = value;
        input.checked = value === "theirs";
        const written = cents === null ? sheet.words.empty : sheet.view.write(cents);
        label.append(input, ` ${written}${who}`);
        box.append(label);
        row.append(box);
      });
      return row;
    }
  };
})();
