// Small comforts over pages that work without them: focus on an error summary, print buttons, one
// submission at a time.
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
