// What the cells hold, what is not saved yet, what can be undone. No page in here.
// A cell is named "line.rank.measure"; amounts are cents, null is what was not said.
// An operation is a list of edits {key, before, after, expression} with an id of its own: sent once,
// all or nothing, in the order in which they were made.
"use strict";
(function () {
  const grid = (window.pfGrid = window.pfGrid || {});

  grid.Store = class {
    // `storage` keeps what is not saved under `place`; `makeId` gives the id of an operation.
    constructor(place, storage, makeId) {
      this.place = place;
      this.storage = storage;
      this.makeId = makeId;
      this.saved = new Map();
      this.values = new Map();
      this.waiting = [];
      this.done = [];
      this.undone = [];
      this.recall();
    }

    // Operations kept through a reload: they wait, and cannot be undone from here.
    recall() {
      try {
        this.waiting = JSON.parse(this.storage.getItem(this.place) || "[]");
      } catch {
        this.waiting = [];
      }
      this.waiting.forEach((operation) => this.lay(operation));
    }

    keep() {
      try {
        if (this.waiting.length) {
          this.storage.setItem(this.place, JSON.stringify(this.waiting));
        } else {
          this.storage.removeItem(this.place);
        }
        return true;
      } catch {
        return false; // the store of the browser is full: what is not saved lives in the page alone
      }
    }

    lay(operation) {
      operation.edits.forEach((edit) => this.values.set(edit.key, edit.after));
    }

    // A cell as the server gave it.
    load(key, cents) {
      this.saved.set(key, cents);
    }

    // What a cell shows: what was typed last, saved or not.
    value(key) {
      return this.values.has(key) ? this.values.get(key) : this.saved.has(key) ? this.saved.get(key) : null;
    }

    isDirty(key) {
      return this.values.has(key);
    }

    dirty() {
      return Array.from(this.values.keys());
    }

    // Change cells: `changes` are [key, after, expression?]. Returns the operation, null for nothing.
    change(changes) {
      const operation = this.write(changes);
      if (operation) {
        this.done.push(operation.edits.map((edit) => [edit.key, edit.before, edit.after]));
        this.undone = [];
      }
      return operation;
    }

    write(changes) {
      const edits = changes
        .map(([key, after, expression]) => ({
          key: key,
          before: this.value(key),
          after: after,
          expression: expression || "",
        }))
        .filter((edit) => edit.before !== edit.after);
      if (!edits.length) {
        return null;
      }
      const operation = { id: this.makeId(), edits: edits };
      this.waiting.push(operation);
      this.lay(operation);
      this.keep();
      return operation;
    }

    // Put back what the last operation changed, by another one; null when there is none, or when a
    // cell holds something else by now: then nothing is changed and `refused` names those cells.
    undo() {
      return this.step(this.done, this.undone, 2, 1);
    }

    redo() {
      return this.step(this.undone, this.done, 1, 2);
    }

    step(from, to, expected, wanted) {
      this.refused = [];
      const cells = from.pop();
      if (!cells) {
        return null;
      }
      this.refused = cells.filter((cell) => this.value(cell[0]) !== cell[expected]).map((cell) => cell[0]);
      if (this.refused.length) {
        return null;
      }
      to.push(cells);
      return this.write(cells.map((cell) => [cell[0], cell[wanted]]));
    }

    next() {
      return this.waiting[0] || null;
    }

    // The server has written the first operation that waits.
    settle(id) {
      const index = this.waiting.findIndex((operation) => operation.id === id);
      if (index < 0) {
        return;
      }
      this.waiting.splice(index, 1)[0].edits.forEach((edit) => this.saved.set(edit.key, edit.after));
      this.forget();
      this.keep();
    }

    // Cells whose last value is the one saved are not dirty any more.
    forget() {
      const pending = new Set(this.waiting.flatMap((operation) => operation.edits.map((edit) => edit.key)));
      Array.from(this.values.keys()).forEach((key) => {
        if (!pending.has(key)) {
          this.values.delete(key);
        }
      });
    }

    // The server refuses the operation whole: its cells, and what was typed over them, go back.
    drop(id) {
      const index = this.waiting.findIndex((operation) => operation.id === id);
      if (index < 0) {
        return [];
      }
      const gone = new Set(this.waiting[index].edits.map((edit) => edit.key));
      this.waiting.splice(index, 1);
      this.without(gone, index);
      return Array.from(gone);
    }

    without(keys, from) {
      this.waiting.slice(from).forEach((operation) => {
        operation.edits = operation.edits.filter((edit) => !keys.has(edit.key));
      });
      this.waiting = this.waiting.filter((operation) => operation.edits.length);
      keys.forEach((key) => this.values.delete(key));
      this.done = this.done.filter((cells) => !cells.some((cell) => keys.has(cell[0])));
      this.undone = this.undone.filter((cells) => !cells.some((cell) => keys.has(cell[0])));
      this.waiting.forEach((operation) => this.lay(operation));
      this.keep();
    }

    // Somebody else wrote first: `choices` are [key, stored, keepsMine]. What is kept is asked again
    // on top of what is stored, by an operation of another id; the rest takes what is stored.
    resolve(id, choices) {
      const index = this.waiting.findIndex((operation) => operation.id === id);
      if (index < 0) {
        return;
      }
      const theirs = new Set(choices.filter((choice) => !choice[2]).map((choice) => choice[0]));
      const stored = new Map(choices.map((choice) => [choice[0], choice[1]]));
      const operation = this.waiting[index];
      operation.id = this.makeId();
      stored.forEach((cents, key) => this.saved.set(key, cents));
      operation.edits.forEach((edit) => {
        if (stored.has(edit.key)) {
          edit.before = stored.get(edit.key);
        }
      });
      // Keeping what is stored already is nothing to ask for.
      operation.edits
        .filter((edit) => edit.before === edit.after)
        .forEach((edit) => theirs.add(edit.key));
      this.without(theirs, index);
    }

    // What somebody else saved: the cell shows it unless it waits to be saved from here.
    receive(key, cents) {
      this.saved.set(key, cents);
      return !this.values.has(key);
    }

    // By how much the cells of the page differ from what the server last told, by `group(key)`.
    differences(group) {
      const found = new Map();
      this.values.forEach((value, key) => {
        const name = group(key);
        const change = (value || 0) - (this.saved.get(key) || 0);
        found.set(name, (found.get(name) || 0) + change);
      });
      return found;
    }
  };
})();
