// The search and command palette: a dialog with a combobox over the page of the search, which works
// without it. Ctrl+K always opens it; single keys act only where the person left them on.
"use strict";
document.addEventListener("DOMContentLoaded", function () {
  const dialog = document.getElementById("pf-palette");
  if (!dialog || !dialog.showModal) {
    return;
  }
  const input = document.getElementById("pf-palette-q");
  const list = document.getElementById("pf-palette-list");
  const status = document.getElementById("pf-palette-status");
  const pause = 150;
  let opener = null;
  let timer = 0;
  let asked = null;
  let options = [];
  let active = -1;

  function point(index) {
    if (active >= 0 && options[active]) {
      options[active].setAttribute("aria-selected", "false");
    }
    active = index;
    const option = options[active];
    if (option) {
      option.setAttribute("aria-selected", "true");
      input.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else {
      input.removeAttribute("aria-activedescendant");
    }
  }

  function optionOf(found, index) {
    const option = document.createElement("div");
    option.id = "pf-option-" + index;
    option.className = "pf-palette__option";
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    option.dataset.url = found.url;
    found.label.forEach(function (piece) {
      const part = document.createElement(piece[1] ? "mark" : "span");
      part.textContent = piece[0];
      if (piece[1]) {
        part.className = "pf-mark";
      }
      option.append(part);
    });
    if (found.detail) {
      const detail = document.createElement("span");
      detail.className = "pf-palette__detail";
      detail.textContent = " " + found.detail;
      option.append(detail);
    }
    option.addEventListener("click", function () {
      window.location.assign(found.url);
    });
    return option;
  }

  function show(answer) {
    list.replaceChildren();
    options = [];
    let group = null;
    answer.options.forEach(function (found) {
      if (!group || group.getAttribute("aria-label") !== found.group) {
        group = document.createElement("div");
        group.setAttribute("role", "group");
        group.setAttribute("aria-label", found.group);
        const title = document.createElement("div");
        title.className = "pf-palette__group";
        title.setAttribute("aria-hidden", "true");
        title.textContent = found.group;
        group.append(title);
        list.append(group);
      }
      const option = optionOf(found, options.length);
      options.push(option);
      group.append(option);
    });
    active = -1;
    point(-1);
    input.setAttribute("aria-expanded", options.length ? "true" : "false");
    status.textContent = answer.status;
  }

  function ask() {
    if (asked) {
      asked.abort();
    }
    asked = new AbortController();
    fetch(dialog.dataset.suggestions + "?q=" + encodeURIComponent(input.value), {
      signal: asked.signal,
      headers: { Accept: "application/json" },
    })
      .then(function (answer) {
        return answer.ok && !answer.redirected ? answer.json() : null;
      })
      .then(function (answer) {
        if (answer) {
          show(answer);
        }
      })
      .catch(function () {
        // An abandoned or failed completion: the form still leads to the page of the search.
      });
  }

  function open() {
    if (!dialog.open) {
      opener = document.activeElement;
      point(-1);
      dialog.showModal();
      input.focus();
      input.select();
    }
  }

  function isTyping(target) {
    return target.closest && target.closest("input, select, textarea, [contenteditable], dialog");
  }

  dialog.addEventListener("close", function () {
    if (opener && opener.isConnected) {
      opener.focus();
    }
  });
  dialog.querySelector("[data-pf-close]").addEventListener("click", function () {
    dialog.close();
  });
  input.addEventListener("input", function () {
    window.clearTimeout(timer);
    timer = window.setTimeout(ask, pause);
  });
  input.addEventListener("keydown", function (event) {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (options.length) {
        const step = event.key === "ArrowDown" ? 1 : -1;
        point(active < 0 && step < 0 ? options.length - 1 : (active + step + options.length) % options.length);
      }
    } else if (event.key === "Enter" && options[active]) {
      event.preventDefault();
      window.location.assign(options[active].dataset.url);
    }
  });
  document.querySelectorAll("[data-pf-search]").forEach(function (link) {
    link.addEventListener("click", function (event) {
      event.preventDefault();
      open();
    });
  });

  // Walk the rows of the list by their links; wrap nowhere.
  function walk(step) {
    const links = Array.from(document.querySelectorAll("#list .pf-table tbody th a, #list .pf-table tbody td:first-child a"));
    const rows = links.filter(function (link, index) {
      return index === 0 || link.closest("tr") !== links[index - 1].closest("tr");
    });
    const here = rows.findIndex(function (link) {
      return link.closest("tr").contains(document.activeElement);
    });
    const next = rows[here < 0 ? 0 : here + step];
    if (next) {
      next.focus();
    }
  }

  let went = 0;
  document.addEventListener("keydown", function (event) {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      open();
      return;
    }
    const plain = !(event.ctrlKey || event.metaKey || event.altKey);
    if (!plain || !("pfShortcuts" in document.documentElement.dataset) || isTyping(event.target)) {
      return;
    }
    const goes = went && Date.now() - went < 1500;
    went = 0;
    if (goes && dialog.dataset["go" + event.key.toUpperCase()]) {
      window.location.assign(dialog.dataset["go" + event.key.toUpperCase()]);
    } else if (event.key === "/") {
      event.preventDefault();
      open();
    } else if (event.key === "?") {
      window.location.assign(dialog.dataset.help);
    } else if (event.key === "g") {
      went = Date.now();
    } else if (event.key === "j" || event.key === "k") {
      walk(event.key === "j" ? 1 : -1);
    } else if (event.key === "e") {
      const edit = document.querySelector("main [data-pf-edit]");
      if (edit) {
        edit.click();
      }
    }
  });
});
