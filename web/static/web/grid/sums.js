// What the totals of the grid are: those of the server, plus what is not saved yet.
// A sum is named "group|rank.measure", the one of all groups "rank.measure": the lines without a
// project are a group too, of an empty name. Amounts are cents.
"use strict";
(function () {
  const grid = (window.pfGrid = window.pfGrid || {});

  grid.Sums = class {
    // `groupOf(line)` names the group of a line, loaded or not.
    constructor(store, groupOf) {
      this.store = store;
      this.groupOf = groupOf;
      this.base = new Map();
      this.pending = new Map();
    }

    // What the server adds up, over lines that the page may not hold.
    load(name, cents) {
      this.base.set(name, cents);
    }

    names(key) {
      const [line, ...column] = key.split(".");
      const place = column.join(".");
      return [`${this.groupOf(line)}|${place}`, place];
    }

    // A cell that is saved has moved: its totals move by as much.
    move(key, before, after) {
      const change = (after || 0) - (before || 0);
      this.names(key).forEach((name) => this.base.set(name, (this.base.get(name) || 0) + change));
    }

    settle(operation) {
      operation.edits.forEach((edit) => this.move(edit.key, edit.before, edit.after));
    }

    // Add again what is not saved; to be called once after any change, before `value`.
    refresh() {
      this.pending = new Map();
      this.store.dirty().forEach((key) => {
        const change = (this.store.value(key) || 0) - (this.store.saved.get(key) || 0);
        this.names(key).forEach((name) => {
          this.pending.set(name, (this.pending.get(name) || 0) + change);
        });
      });
    }

    value(name) {
      return (this.base.get(name) || 0) + (this.pending.get(name) || 0);
    }
  };

  // The first year in which the CP of a line go beyond its AE and what is left to pay at the opening:
  // its rank, or null. `cells` are pairs [AE, CP] by rank from the exercise on.
  grid.beyondAe = function (cells, opening) {
    let ae = opening || 0;
    let cp = 0;
    for (let rank = 0; rank < cells.length; rank += 1) {
      ae += cells[rank][0] || 0;
      cp += cells[rank][1] || 0;
      if (cp > ae) {
        return rank;
      }
    }
    return null;
  };
})();
