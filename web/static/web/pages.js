// Small comforts over pages that work without them: focus on an error summary, print buttons, a focus
// that never goes under the bar, a help that Escape closes, one submission at a time.
"use strict";
document.addEventListener("DOMContentLoaded", function () {
  const summary = document.getElementById("error-summary");
  if (summary) {
    summary.focus();
  }
  document.querySelectorAll("[data-pf-print]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () {
      window.print();
    });
  });
});
// The bar sticks, on as many lines as it needs: what receives the focus stops below it.
document.addEventListener("DOMContentLoaded", function () {
  const bar = document.querySelector(".pf-context");
  if (bar) {
    new ResizeObserver(function () {
      document.documentElement.style.setProperty("--pf-bar", bar.offsetHeight + "px");
    }).observe(bar);
  }
});
// The help lies over the page: Escape closes it and gives the focus back to what opened it.
document.addEventListener("keydown", function (event) {
  const help = event.key === "Escape" && document.querySelector(".pf-help[open]");
  if (help) {
    help.open = false;
    help.querySelector("summary").focus();
  }
});
// On the document, so that forms which arrive later are covered: a double click sends one request.
document.addEventListener("submit", function (event) {
  const form = event.target;
  if (form.method !== "post") {
    return;
  }
  if (form.dataset.pfSent) {
    event.preventDefault();
    return;
  }
  form.dataset.pfSent = "1";
  form.setAttribute("aria-busy", "true");
});
window.addEventListener("pageshow", function () {
  document.querySelectorAll("form[data-pf-sent]").forEach(function (form) {
    delete form.dataset.pfSent;
    form.removeAttribute("aria-busy");
  });
});
