// What people say of a line or of a cell: counts in the grid, threads in a panel beside it.
// The panel shows what the server writes; its forms are those of the pages, sent from here.
"use strict";
(function () {
  const grid = (window.pfGrid = window.pfGrid || {});

  grid.Threads = class {
    constructor(sheet) {
      this.sheet = sheet;
      this.dialog = document.getElementById("pf-thread");
      this.inside = this.dialog.querySelector("[data-inside]");
      this.row = null;
      this.from = null;
      sheet.table.addEventListener("keydown", (event) => this.key(event));
      sheet.table.addEventListener("click", (event) => this.clicked(event));
      this.dialog.addEventListener("submit", (event) => this.submit(event));
      this.dialog.addEventListener("click", (event) => this.follow(event));
      this.dialog.addEventListener("keydown", (event) => {
        if (event.key === "Escape" && !event.defaultPrevented) {
          this.escape();
        }
      });
      // The panel gives the focus back to its own button first.
      this.dialog.addEventListener("dsfr.conceal", () => setTimeout(() => this.left(), 0));
    }

    get modal() {
      return window.dsfr(this.dialog).modal;
    }

    get isOpen() {
      return this.dialog.hasAttribute("open");
    }

    key(event) {
      if (event.key !== "F2" || !event.shiftKey || event.target.matches("input")) {
        return;
      }
      event.preventDefault();
      const cell = event.target.closest("[data-col]");
      const row = cell && cell.closest("tr[data-line]");
      if (row) {
        this.open(row, cell);
      } else {
        this.sheet.say(this.sheet.words.noThread);
      }
    }

    // A click on the count of a line: of the cell where one was, when it is of that line.
    clicked(event) {
      const link = event.target.closest("tr[data-line] [data-talk] a");
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey || !window.dsfr) {
        return;
      }
      event.preventDefault();
      const row = link.closest("tr");
      const current = this.sheet.moves.current;
      this.open(row, current && current.parentNode === row ? current : link.closest("[data-col]"));
    }

    async open(row, cell) {
      this.row = row;
      this.from = cell;
      if (await this.load()) {
        this.modal.disclose();
        this.enter();
      }
    }

    // The focus goes in once the panel is visible.
    enter() {
      if (getComputedStyle(this.dialog).visibility === "hidden") {
        window.requestAnimationFrame(() => this.enter());
      } else {
        const text = this.inside.querySelector("textarea");
        (text || this.inside.querySelector("[tabindex]")).focus();
      }
    }

    // The threads as they are now; what was typed stays when they cannot be read.
    async load() {
      const address = new URL(this.row.dataset.thread, window.location);
      const key = this.from.dataset.cell;
      address.searchParams.set("cellule", key ? key.split(".").slice(1).join(".") : "");
      const text = await this.ask(address);
      if (!text) {
        this.fault(this.sheet.words.threadFault);
        return false;
      }
      this.inside.innerHTML = text;
      window.pfMentions(this.inside);
      const told = Array.from(this.inside.querySelectorAll("[data-told]"), (one) => one.textContent);
      this.dialog.querySelector("[data-said]").textContent = told.join(" ");
      this.count(Number(this.inside.firstElementChild.dataset.open));
      return true;
    }

    // What the server answers, null when it could not.
    async ask(address, options) {
      this.fault("");
      try {
        const response = await fetch(address, { redirect: "manual", ...options });
        if (response.type === "opaqueredirect") {
          return "";
        }
        if (!response.ok && response.status !== 422) {
          throw new Error(String(response.status));
        }
        return await response.text();
      } catch {
        this.fault(this.sheet.words.threadFault);
        return null;
      }
    }

    fault(text) {
      const place = this.dialog.querySelector("[data-fault]");
      place.hidden = !text;
      place.firstElementChild.textContent = text;
      if (text && !this.isOpen) {
        this.sheet.refuse(text);
      }
    }

    async submit(event) {
      event.preventDefault();
      const form = event.target;
      const button = event.submitter;
      button.disabled = true;
      const text = await this.ask(form.action, { method: "POST", body: new FormData(form) });
      button.disabled = false;
      if (text) {
        this.refused(form, text);
      } else if (text === "" && (await this.load())) {
        this.inside.querySelector("[tabindex]").focus();
      }
    }

    // The page of the form says why; here its words are enough, and what was typed is still there.
    refused(form, text) {
      const page = new DOMParser().parseFromString(text, "text/html");
      const told = page.querySelectorAll("main .fr-alert--error p, main .fr-error-text");
      const words = Array.from(told, (one) => one.textContent.trim()).join(" ");
      this.fault(words || this.sheet.words.threadFault);
      const fresh = page.querySelector("main form input[name='version']");
      const version = form.querySelector("input[name='version']");
      if (fresh && version) {
        version.value = fresh.value;
      }
    }

    // Answers, corrections and withdrawals: the form of their page, opened under the comment.
    async follow(event) {
      const link = event.target.closest("a[data-pf-inline]");
      const gives = event.target.closest("form[data-inline] a.fr-btn--secondary");
      if (gives) {
        event.preventDefault();
        this.close();
      } else if (link && !event.ctrlKey && !event.metaKey) {
        event.preventDefault();
        this.close();
        const text = await this.ask(link.href);
        const page = text && new DOMParser().parseFromString(text, "text/html");
        const form = page && page.querySelector("main form.pf-form");
        if (form) {
          this.under(link, document.importNode(form, true));
        } else {
          this.fault(this.sheet.words.threadFault);
        }
      }
    }

    under(link, form) {
      form.action = link.href;
      form.dataset.inline = "";
      this.asked = link;
      link.closest("ul").after(form);
      window.pfMentions(form);
      form.querySelector("textarea, input:not([type='hidden'])").focus();
    }

    // Escape gives up an answer first, then the panel.
    escape() {
      if (this.inside.querySelector("form[data-inline]")) {
        this.close();
      } else {
        this.modal.conceal();
      }
    }

    close() {
      const form = this.inside.querySelector("form[data-inline]");
      if (form) {
        form.remove();
        this.asked.focus();
      }
    }

    left() {
      this.inside.replaceChildren();
      const cell = this.from.isConnected ? this.from : this.sheet.moves.current;
      this.sheet.moves.go(cell, false);
    }

    // --- counts -----------------------------------------------------------------------------

    // The open threads of the line of the panel have changed: its group changes by as much.
    count(number) {
      const change = number - this.held(this.row);
      const group = this.row.closest("tbody").querySelector("tr[data-group-row] [data-talk]");
      this.paint(this.row, number);
      group.textContent = Number(group.textContent) + change || "";
    }

    held(row) {
      return Number(row.querySelector("[data-talk]").textContent.replace("+", ""));
    }

    paint(row, number) {
      const link = row.querySelector("[data-talk] a");
      link.textContent = number || "+";
      link.classList.toggle("pf-sheet__zero", !number);
      link.setAttribute("aria-label", this.sheet.words.comments.replace("%(count)s", number));
    }

    // What the server counts now, others' comments included.
    receive(told) {
      this.sheet.table.querySelectorAll("tbody tr[data-group-row]").forEach((row) => {
        row.querySelector("[data-talk]").textContent = told.groups[row.dataset.groupRow] || "";
      });
      this.sheet.table.querySelectorAll("tbody tr[data-line]").forEach((row) => {
        const number = told.lines[row.dataset.line] || 0;
        const moved = number !== this.held(row);
        this.paint(row, number);
        if (moved && this.isOpen && row === this.row && !this.isTyped()) {
          this.load();
        }
      });
    }

    isTyped() {
      return Array.from(this.inside.querySelectorAll("textarea, input[type='text']")).some((one) => one.value);
    }
  };
})();
