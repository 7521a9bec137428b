// What others write while the page is open, and on which line they are.
"use strict";
(function () {
  const grid = (window.pfGrid = window.pfGrid || {});
  const POLL = 15000;

  grid.Others = class {
    constructor(sheet) {
      this.sheet = sheet;
      this.since = sheet.root.dataset.since;
      setInterval(() => this.poll(), POLL);
    }

    async poll() {
      if (document.hidden || this.sheet.sync.busy || this.sheet.sync.held) {
        return;
      }
      const taken = this.sheet.sync.taken;
      const on = this.sheet.moves.current && this.sheet.moves.current.closest("tr[data-line]");
      const address = new URL(this.sheet.root.dataset.state, window.location);
      address.searchParams.set("since", this.since);
      address.searchParams.set("line", on ? on.dataset.line : "");
      address.searchParams.set("par", this.sheet.root.dataset.by);
      try {
        const response = await fetch(address);
        const told = response.ok ? await response.json() : null;
        // What was asked before one's own save was answered is older than what is saved: asked again.
        if (told && taken === this.sheet.sync.taken && !this.sheet.sync.busy && !this.sheet.sync.held) {
          this.receive(told);
        }
      } catch {
        // Without a network the next save says so.
      }
    }

    receive(told) {
      this.since = told.since;
      const keys = told.edits.map((edit) => {
        const key = [edit.line, edit.rank, edit.measure].join(".");
        this.sheet.groupOf.set(String(edit.line), edit.group);
        // Of a cell that the page knows, what it knew; of another, what the server says it was.
        const store = this.sheet.store;
        const before = store.saved.has(key) ? store.saved.get(key) : grid.toCents(edit.before);
        this.sheet.sums.move(key, before, grid.toCents(edit.after));
        store.receive(key, grid.toCents(edit.after));
        return key;
      });
      if (keys.length) {
        this.sheet.view.refresh(keys);
        this.sheet.controls(told.problems);
      }
      this.sheet.threads.receive(told.comments);
      this.sheet.table.querySelectorAll("[data-presence]").forEach((mark) => mark.remove());
      told.present.forEach((one) => this.present(one));
    }

    present(one) {
      const head = this.sheet.table.querySelector(`tr[data-line="${one.line}"] [data-name]`);
      if (head) {
        const mark = document.createElement("span");
        mark.dataset.presence = "";
        mark.className = "pf-sheet__presence";
        mark.textContent = this.sheet.words.presence.replace("%(name)s", one.name);
        head.append(mark);
      }
    }
  };
})();
