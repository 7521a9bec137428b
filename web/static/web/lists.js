// What htmx leaves to us when it replaces a region: where the focus goes, what is announced, what
// is said when the server fails. Without JavaScript the same links and forms load whole pages.
"use strict";
document.addEventListener("DOMContentLoaded", function () {
  if (!window.htmx) {
    return;
  }
  const live = document.getElementById("live");
  const failure = document.getElementById("pf-failure");
  // The control that asked, kept by its id: it is replaced with the region.
  let asker = "";

  function regionOf(detail) {
    return detail.target && detail.target.isConnected ? detail.target : null;
  }

  function clear(region) {
    region.querySelectorAll(".pf-failure").forEach(function (old) {
      old.remove();
    });
  }

  function fail(event) {
    const region = regionOf(event.detail);
    const source = event.detail.elt;
    if (!region || !failure) {
      return;
    }
    region.removeAttribute("aria-busy");
    clear(region);
    const shown = failure.content.firstElementChild.cloneNode(true);
    region.prepend(shown);
    shown.querySelector("button").addEventListener("click", function () {
      if (source.tagName === "FORM") {
        source.requestSubmit();
      } else {
        source.click();
      }
    });
    shown.focus();
  }

  // An address holds the filters that are set, not the empty ones.
  document.body.addEventListener("htmx:configRequest", function (event) {
    const sent = event.detail.formData;
    Array.from(sent.keys()).forEach(function (name) {
      if (event.detail.verb === "get" && sent.get(name) === "") {
        sent.delete(name);
      }
    });
  });
  document.body.addEventListener("htmx:beforeRequest", function (event) {
    const region = regionOf(event.detail);
    const control = document.activeElement;
    asker = control && control.id ? control.id : "";
    if (region) {
      region.setAttribute("aria-busy", "true");
    }
  });
  ["htmx:responseError", "htmx:sendError", "htmx:timeout"].forEach(function (name) {
    document.body.addEventListener(name, fail);
  });

  document.body.addEventListener("htmx:afterSettle", function (event) {
    const count = document.getElementById("count");
    if (!event.detail.elt || event.detail.elt.id !== "list" || !count) {
      return;
    }
    const summary = document.getElementById("error-summary");
    const same = asker.startsWith("sort-") ? document.getElementById(asker) : null;
    (summary || same || count).focus();
    if (live && !summary) {
      live.textContent = count.textContent;
    }
  });
});
