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
  document.querySelectorAll("form[method=post]").forEach(function (form) {
    form.addEventListener("submit", function (event) {
      if (form.dataset.pfSent) {
        event.preventDefault();
      }
      form.dataset.pfSent = "1";
    });
  });
});
window.addEventListener("pageshow", function () {
  document.querySelectorAll("form[data-pf-sent]").forEach(function (form) {
    delete form.dataset.pfSent;
  });
});
