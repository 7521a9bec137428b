// Names to complete after an @ in a comment; without it, user names are typed whole.
"use strict";
(function () {
  function complete(area) {
    const list = document.createElement("ul");
    list.className = "pf-completions";
    list.id = area.id + "-people";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", area.labels[0].firstChild.textContent.trim());
    list.hidden = true;
    area.after(list);
    area.setAttribute("aria-autocomplete", "list");
    area.setAttribute("aria-controls", list.id);
    let chosen = -1;
    let asked = 0;

    function begun() {
      const before = area.value.slice(0, area.selectionStart);
      const found = /(?:^|[^\w.@+-])@([\w.+-]{1,150})$/u.exec(before);
      return found ? found[1] : "";
    }

    function close() {
      list.hidden = true;
      list.replaceChildren();
      chosen = -1;
      area.removeAttribute("aria-activedescendant");
    }

    function insert(name) {
      const end = area.selectionStart;
      const start = end - begun().length;
      area.setRangeText(name + " ", start, end, "end");
      close();
      area.focus();
    }

    function choose(index) {
      const options = list.children;
      if (!options.length) {
        return;
      }
      chosen = (index + options.length) % options.length;
      Array.from(options).forEach(function (option, place) {
        option.setAttribute("aria-selected", place === chosen ? "true" : "false");
      });
      area.setAttribute("aria-activedescendant", options[chosen].id);
    }

    function show(people) {
      list.replaceChildren();
      people.forEach(function (person, place) {
        const option = document.createElement("li");
        option.id = list.id + "-" + place;
        option.setAttribute("role", "option");
        option.textContent = person.name === person.username ? person.name : person.name + " (" + person.username + ")";
        option.addEventListener("mousedown", function (event) {
          event.preventDefault();
          insert(person.username);
        });
        option.dataset.name = person.username;
        list.append(option);
      });
      list.hidden = people.length === 0;
      if (people.length) {
        choose(0);
      }
    }

    area.addEventListener("input", function () {
      const text = begun();
      asked += 1;
      const mine = asked;
      if (!text) {
        close();
        return;
      }
      fetch(area.dataset.pfMentions + "?q=" + encodeURIComponent(text), { headers: { Accept: "application/json" } })
        .then(function (answer) {
          return answer.ok ? answer.json() : { people: [] };
        })
        .then(function (found) {
          if (mine === asked) {
            show(found.people);
          }
        })
        .catch(close);
    });
    area.addEventListener("keydown", function (event) {
      if (list.hidden) {
        return;
      }
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        choose(chosen + (event.key === "ArrowDown" ? 1 : -1));
        event.preventDefault();
      } else if (event.key === "Enter" || event.key === "Tab") {
        insert(list.children[chosen].dataset.name);
        event.preventDefault();
      } else if (event.key === "Escape") {
        close();
        event.preventDefault();
      }
    });
    area.addEventListener("blur", close);
  }

  // Complete the names in every text of a part of a page that asks for it.
  window.pfMentions = function (part) {
    part.querySelectorAll("textarea[data-pf-mentions]:not([aria-controls])").forEach(complete);
  };
  document.addEventListener("DOMContentLoaded", function () {
    window.pfMentions(document);
  });
})();
