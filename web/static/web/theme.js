// The theme chosen on the server wins over the one that DSFR keeps in the browser, and « system »
// is applied before the first paint. Without JavaScript the server's theme stands.
"use strict";
(function () {
  const root = document.documentElement;
  const scheme = root.dataset.frScheme || "system";
  try {
    window.localStorage.setItem("scheme", scheme);
  } catch (error) {
    // Storage is refused by the browser: the attribute is enough.
  }
  const dark = window.matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.frTheme = scheme === "system" ? (dark ? "dark" : "light") : scheme;
})();
