// A comfort over the page of an act: what its legs sum to as they are typed. The server judges.
"use strict";
document.addEventListener("DOMContentLoaded", function () {
  const form = document.querySelector("form[data-pf-legs]");
  if (!form || !form.dataset.balanced) {
    return;
  }
  const balance = form.querySelector("[data-pf-balance]");
  const off = form.querySelector("[data-pf-off]");
  const kinds = form.dataset.balanced.split(" ");

  // Cents of what is typed, or null when only the server can read it.
  function cents(text) {
    const plain = text.replace(/[\s\u00a0\u202f€]/g, "").replace("\u2212", "-").replace(",", ".");
    if (plain === "") {
      return 0;
    }
    return /^[+-]?\d+(\.\d{1,2})?$/.test(plain) ? Math.round(Number(plain) * 100) : null;
  }

  function sum(ending) {
    let total = 0;
    form.querySelectorAll("input[name$='-" + ending + "']").forEach(function (input) {
      const value = cents(input.value);
      total = total === null || value === null ? null : total + value;
    });
    return total;
  }

  function show(output, total) {
    const written = new Intl.NumberFormat(document.documentElement.lang, { minimumFractionDigits: 2 });
    output.textContent = total === null ? "–" : written.format(total / 100) + "\u00a0€";
  }

  function refresh() {
    const ae = sum("ae");
    const cp = sum("cp");
    show(form.querySelector("[data-pf-ae]"), ae);
    show(form.querySelector("[data-pf-cp]"), cp);
    const kind = form.querySelector("[name='kind']");
    off.hidden = !(kind && kinds.includes(kind.value) && (ae !== 0 || cp !== 0));
    balance.hidden = false;
  }

  form.addEventListener("input", refresh);
  form.addEventListener("change", refresh);
  refresh();
});
