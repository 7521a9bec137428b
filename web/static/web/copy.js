// Copy buttons over text that can be selected without them; the copy is announced.
"use strict";
document.addEventListener("DOMContentLoaded", function () {
  if (!navigator.clipboard) {
    return;
  }
  document.querySelectorAll("[data-pf-copy]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () {
      const source = document.getElementById(button.dataset.pfCopy);
      const text = source.value === undefined ? source.textContent : source.value;
      navigator.clipboard.writeText(text).then(function () {
        document.getElementById("live").textContent = button.dataset.pfCopied;
      });
    });
  });
});
