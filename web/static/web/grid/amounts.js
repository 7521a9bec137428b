// Amounts as people write them, exact: whole cents out, never a float in between.
// A cell holds cents; what is typed, pasted and shown is in the unit of the page.
"use strict";
(function () {
  const grid = (window.pfGrid = window.pfGrid || {});
  // Euros in one of the unit.
  const UNITS = { eur: 1n, keur: 1000n, meur: 1000000n };
  const SHOWN_DECIMALS = { eur: 2, keur: 1, meur: 2 };
  // Beyond, a whole number of cents is not kept exactly by a number of the browser.
  const MOST = 9000000000000000n;
  const BLANKS = /[\s\u00a0\u202f\u2009]/g;

  function fault(kind, text) {
    return { fault: kind, text: text };
  }

  // "1 250,5" → [12505n, 10n]; null when it is not a number.
  function fraction(text) {
    const plain = text.replace(/\u2212/g, "-").replace(/^\((.*)\)$/, "-$1");
    let digits = plain;
    if (/^[+-]?\d{1,3}(\.\d{3})+(,\d+)?$/.test(digits)) {
      digits = digits.replace(/\./g, "");
    } else if (/^[+-]?\d{1,3}(,\d{3})+\.\d+$/.test(digits)) {
      digits = digits.replace(/,/g, "");
    }
    const found = /^([+-]?)(\d+)(?:[.,](\d+))?$/.exec(digits);
    if (!found) {
      return null;
    }
    const rest = found[3] || "";
    const value = BigInt(found[2] + rest) * (found[1] === "-" ? -1n : 1n);
    return [value, 10n ** BigInt(rest.length)];
  }

  function cents(parts, unit, rounds) {
    const above = parts[0] * UNITS[unit] * 100n;
    let whole = above / parts[1];
    const left = above - whole * parts[1];
    if (left !== 0n) {
      if (!rounds) {
        return null;
      }
      // Half up, away from zero, as the server does.
      const twice = (left < 0n ? -left : left) * 2n;
      whole += twice >= (parts[1] < 0n ? -parts[1] : parts[1]) ? (above < 0n ? -1n : 1n) : 0n;
    }
    return whole;
  }

  function bounded(whole, text) {
    if (whole === null) {
      return fault("finer", text);
    }
    return whole > MOST || whole < -MOST ? fault("large", text) : { cents: Number(whole) };
  }

  // What a text says in cents: an amount, or an expression that begins with "=".
  // Returns {cents, expression?}; an empty text is nothing said: {cents: null}.
  grid.parse = function (text, unit) {
    const plain = String(text).replace(BLANKS, "");
    if (plain === "") {
      return { cents: null };
    }
    if (plain[0] === "=") {
      return evaluate(plain.slice(1), unit, String(text).trim());
    }
    const bare = plain.replace(/^([(\u2212+-]*)(?:€)?/, "$1").replace(/(k€|M€|€)(\)?)$/i, "$2");
    if (bare === "-" || bare === "–") {
      return { cents: 0 };
    }
    const parts = fraction(bare);
    return parts === null ? fault("number", text) : bounded(cents(parts, unit, false), text);
  };

  // Sums and products of fractions, exact until the last rounding to the cent.
  function evaluate(text, unit, expression) {
    const tokens = text.match(/\d[\d.,]*|[-+*/()\u2212×÷]|./g) || [];
    let place = 0;
    let wrong = null;

    function peek() {
      return { "\u2212": "-", "×": "*", "÷": "/" }[tokens[place]] || tokens[place];
    }

    function factor() {
      const token = peek();
      if (token === undefined) {
        wrong = wrong || "number";
        return [0n, 1n];
      }
      place += 1;
      if (token === "-" || token === "+") {
        const value = factor();
        return token === "-" ? [-value[0], value[1]] : value;
      }
      if (token === "(") {
        const inside = sum();
        if (peek() !== ")") {
          wrong = wrong || "number";
        }
        place += 1;
        return inside;
      }
      const value = fraction(token);
      if (value === null) {
        wrong = wrong || "number";
      }
      return value || [0n, 1n];
    }

    function product() {
      let value = factor();
      while (!wrong && (peek() === "*" || peek() === "/")) {
        const sign = peek();
        place += 1;
        const next = factor();
        if (sign === "/" && next[0] === 0n) {
          wrong = wrong || "zero";
          break;
        }
        value =
          sign === "*"
            ? [value[0] * next[0], value[1] * next[1]]
            : [value[0] * next[1], value[1] * next[0]];
      }
      return value;
    }

    function sum() {
      let value = product();
      while (!wrong && (peek() === "+" || peek() === "-")) {
        const sign = peek() === "-" ? -1n : 1n;
        place += 1;
        const next = product();
        value = [value[0] * next[1] + sign * next[0] * value[1], value[1] * next[1]];
      }
      return value;
    }

    const value = sum();
    if (wrong || place < tokens.length) {
      return fault(wrong || "number", expression);
    }
    const read = bounded(cents(value[1] < 0n ? [-value[0], -value[1]] : value, unit, true), expression);
    return read.fault ? read : { cents: read.cents, expression: expression };
  }

  // The exact amount in a unit, as it is edited and copied: no grouping, the decimals it has.
  grid.exact = function (value, unit, comma) {
    if (value === null) {
      return "";
    }
    const scale = UNITS[unit] * 100n;
    const whole = BigInt(value);
    const size = whole < 0n ? -whole : whole;
    const places = String(scale).length - 1;
    const rest = String(size % scale).padStart(places, "0").replace(/0+$/, "");
    return (whole < 0n ? "-" : "") + size / scale + (rest ? (comma ? "," : ".") + rest : "");
  };

  const writers = {};

  // The amount as a cell shows it, rounded half up to what the unit shows; `sign`: always a sign.
  grid.write = function (value, unit, language, sign) {
    if (value === null || value === undefined) {
      return "";
    }
    const key = [unit, language, sign ? 1 : 0].join();
    writers[key] =
      writers[key] ||
      new Intl.NumberFormat(language, {
        maximumFractionDigits: SHOWN_DECIMALS[unit],
        minimumFractionDigits: 0,
        signDisplay: sign ? "exceptZero" : "negative",
      });
    return writers[key].format(grid.exact(value, unit, false)).replace(/\u202f/g, "\u00a0").replace("-", "\u2212");
  };

  grid.UNITS = UNITS;
})();
