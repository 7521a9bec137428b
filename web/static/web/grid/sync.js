// Saving what the store holds, one operation after the other; the server judges each.
// `view` shows what happens: state(word), written(operation, answer), conflict(operation, cells),
// refused(operation, answer). Nothing is lost without a network: it waits, and is asked once again.
"use strict";
(function () {
  const grid = (window.pfGrid = window.pfGrid || {});
  const FIRST_WAIT = 2000;
  const LONGEST_WAIT = 30000;

  grid.toText = function (cents) {
    return cents === null ? null : grid.exact(cents, "eur", false);
  };

  grid.toCents = function (text) {
    return text === null ? null : Math.round(Number(text) * 100);
  };

  grid.Sync = class {
    constructor(store, view, address, token) {
      this.store = store;
      this.view = view;
      this.address = address;
      this.token = token;
      this.busy = false;
      this.held = false;
      this.taken = 0; // how many answers were taken
      this.wait = FIRST_WAIT;
      this.timer = 0;
      window.addEventListener("online", () => this.again(0));
    }

    // Save what waits, unless a question to the person is open.
    async run() {
      if (this.busy || this.held) {
        return;
      }
      this.busy = true;
      let operation = this.store.next();
      while (operation && !this.held) {
        this.view.state("saving");
        const answer = await this.send(operation);
        if (!answer) {
          break;
        }
        this.take(operation, answer);
        operation = this.store.next();
      }
      this.busy = false;
      if (!operation) {
        this.view.state("saved");
      }
    }

    again(pause) {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.run(), pause);
    }

    // The answer {status, body} of the server; null without a network, and it will be asked again.
    async send(operation) {
      try {
        const response = await fetch(this.address, {
          method: "POST",
          headers: { "Content-Type": "application/json", "X-CSRFToken": this.token },
          body: JSON.stringify({ operation: operation.id, edits: operation.edits.map(written) }),
          redirect: "manual",
        });
        if (response.type === "opaqueredirect" || response.status === 401) {
          this.view.state("session");
          return null;
        }
        if (response.status >= 500 || response.status === 429) {
          throw new Error(String(response.status));
        }
        this.wait = FIRST_WAIT;
        return { status: response.status, body: await response.json() };
      } catch {
        this.view.state("network");
        this.again(this.wait);
        this.wait = Math.min(this.wait * 2, LONGEST_WAIT);
        return null;
      }
    }

    take(operation, answer) {
      this.taken += 1;
      if (answer.status === 200) {
        this.store.settle(operation.id);
        this.view.written(operation, answer.body);
      } else if (answer.status === 412) {
        this.held = true;
        const cells = answer.body.cells.map((cell) => ({
          ...cell,
          key: [cell.line, cell.rank, cell.measure].join("."),
          stored: grid.toCents(cell.stored),
          yours: grid.toCents(cell.yours),
        }));
        this.view.conflict(operation, cells);
      } else {
        const keys = this.store.drop(operation.id);
        this.view.refused(operation, keys, answer.body);
      }
    }

    // The person has chosen: [key, stored, keepsMine] for each cell of a conflict.
    resolve(operation, choices) {
      this.store.resolve(operation.id, choices);
      this.held = false;
      this.again(0);
    }
  };

  function written(edit) {
    const [line, rank, measure] = edit.key.split(".");
    return {
      line: Number(line),
      rank: Number(rank),
      measure: measure,
      before: grid.toText(edit.before),
      after: grid.toText(edit.after),
      expression: edit.expression,
    };
  }
})();
