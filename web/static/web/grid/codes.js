// A block whose first column holds codes: its rows go to the lines that the codes name, in whatever
// order and in whatever group. The server says which lines; a dialog shows them before anything.
"use strict";
(function () {
  const grid = (window.pfGrid = window.pfGrid || {});

  grid.Codes = class {
    constructor(sheet) {
      this.sheet = sheet;
    }

    // Whether the first column of a block holds codes: it is told so when it is pasted on what
    // describes a line, else by a text that is no amount in every one of its rows.
    isFor(rows, cell) {
      if (rows[0].length < 2 || rows.some((row) => !row[0].trim())) {
        return false;
      }
      const aside = Boolean(cell) && !cell.dataset.cell;
      return aside || rows.every((row) => grid.parse(row[0], this.sheet.unit).fault === "number");
    }

    // The places of the columns after that of the codes, from where one stands on.
    places(cell, width) {
      const all = this.sheet.ranks
        .filter((rank) => rank >= 0)
        .flatMap((rank) => [`${rank}.ae`, `${rank}.cp`])
        .filter((place) => {
          const shown = this.sheet.table.dataset.measures;
          return !shown || place.endsWith(`.${shown}`);
        });
      const [, rank, measure] = cell && cell.dataset.cell ? cell.dataset.cell.split(".") : [];
      const first = rank === undefined ? 0 : Math.max(all.indexOf(`${rank}.${measure}`), 0);
      return all.slice(first, first + width);
    }

    async ask(codes) {
      try {
        const response = await fetch(this.sheet.root.dataset.match, {
          method: "POST",
          headers: { "Content-Type": "application/json", "X-CSRFToken": this.sheet.root.dataset.token },
          body: JSON.stringify({ codes: codes }),
          redirect: "manual",
        });
        return response.ok ? (await response.json()).rows : null;
      } catch {
        return null;
      }
    }

    async lay(rows, cell) {
      const words = this.sheet.words;
      const answer = await this.ask(rows.map((row) => row[0].trim()));
      if (!answer) {
        this.sheet.refuse(`${words.notLoaded} ${words.nothingWritten}`);
        return;
      }
      const plan = { changes: [], locked: 0, outside: 0, pairs: [] };
      const faults = this.faults(answer);
      const refused = faults.some(Boolean) ? "" : this.plan(rows, answer, cell, plan);
      const told = await this.show(rows, answer, faults, refused);
      if (told !== "paste") {
        this.sheet.say(words.nothingWritten);
        return;
      }
      this.sheet.edits.finish(plan);
    }

    // Why each row goes nowhere: unknown, ambiguous, or the line of a row above.
    faults(answer) {
      const words = this.sheet.words.codes;
      const seen = new Set();
      return answer.map((row) => {
        if (!row.count) {
          return words.unknown;
        }
        if (!row.found) {
          return words.ambiguous.replace("%(count)s", row.count);
        }
        if (seen.has(row.found.line)) {
          return words.twice;
        }
        seen.add(row.found.line);
        return "";
      });
    }

    plan(rows, answer, cell, plan) {
      const places = this.places(cell, rows[0].length - 1);
      for (const [index, texts] of rows.entries()) {
        const line = answer[index].found;
        this.adopt(line);
        for (const [right, text] of texts.slice(1).entries()) {
          const read = grid.parse(text, this.sheet.unit);
          if (read.fault) {
            return this.sheet.faultText(read);
          }
          const key = `${line.line}.${places[right]}`;
          if (!places[right]) {
            plan.outside += 1;
          } else if (line.locked) {
            plan.locked += 1;
          } else if (read.cents < 0 && !line.negative) {
            return this.sheet.words.negative.replace("%(value)s", text);
          } else {
            plan.changes.push([key, read.cents, read.expression]);
            plan.pairs.push([this.sheet.store.value(key), read.cents]);
          }
        }
      }
      return "";
    }

    // What a line of a closed group holds: the server has just told it.
    adopt(line) {
      this.sheet.groupOf.set(String(line.line), line.group);
      Object.entries(line.cells).forEach(([place, cents]) => {
        const key = `${line.line}.${place}`;
        if (!this.sheet.store.isDirty(key)) {
          this.sheet.store.load(key, cents);
        }
      });
    }

    show(rows, answer, faults, refused) {
      const dialog = document.getElementById("pf-sheet-codes");
      const words = this.sheet.words.codes;
      const wrong = faults.filter(Boolean).length;
      return this.sheet.dialogs.ask(dialog, (form) => {
        form.querySelector("tbody").replaceChildren(
          ...answer.map((row, index) => this.row(row, index, rows[index], faults[index])),
        );
        form.querySelector("[data-told]").textContent =
          refused || (wrong ? words.stopped.replace("%(count)s", wrong) : words.ready.replace("%(count)s", rows.length));
        form.querySelector("[value='paste']").disabled = Boolean(wrong || refused);
      });
    }

    row(row, index, texts, fault) {
      const shown = document.createElement("tr");
      shown.classList.toggle("pf-row--error", Boolean(fault));
      const head = document.createElement("th");
      head.scope = "row";
      head.textContent = row.code;
      const cells = [String(index + 1), fault || row.found.name, texts.slice(1).join(" · ")].map((text) => {
        const cell = document.createElement("td");
        cell.textContent = text;
        return cell;
      });
      if (row.found && row.found.locked) {
        cells[1].textContent += ` (${this.sheet.words.locked})`;
      }
      shown.append(cells[0], head, cells[1], cells[2]);
      return shown;
    }
  };
})();
