// The slider of the month: says the month while it moves, shows it once it is let go. Without
// JavaScript the form has its button, and the page its links to the months before and after.
"use strict";
document.addEventListener("DOMContentLoaded", function () {
  const slider = document.querySelector("[data-pf-month]");
  if (!slider || !slider.form) {
    return;
  }
  const names = document.getElementById("month-names");
  const words = names ? JSON.parse(names.textContent) : [];
  const told = document.createElement("output");
  told.className = "fr-hint-text";
  told.htmlFor = slider.id;
  slider.insertAdjacentElement("afterend", told);

  function tell() {
    const word = words[Number(slider.value) - 1] || slider.value;
    told.textContent = word;
    slider.setAttribute("aria-valuetext", word);
  }

  tell();
  slider.addEventListener("input", tell);
  slider.addEventListener("change", function () {
    slider.form.requestSubmit();
  });
});
