// Blocks of cells: read from what a spreadsheet put on the clipboard, written for one.
"use strict";
(function () {
  const grid = (window.pfGrid = window.pfGrid || {});

  // Rows of texts of a plain clipboard: tabs and line ends, a cell that holds some is quoted.
  grid.readPlain = function (text) {
    const rows = [[]];
    let cell = "";
    let place = 0;
    const whole = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
    function end() {
      rows[rows.length - 1].push(cell);
      cell = "";
    }
    while (place < whole.length) {
      const sign = whole[place];
      if (sign === '"' && cell === "") {
        const close = /"((?:[^"]|"")*)"(?=\t|\n|$)/y;
        close.lastIndex = place;
        const found = close.exec(whole);
        if (found) {
          cell = found[1].replace(/""/g, '"');
          place = close.lastIndex;
          continue;
        }
      }
      if (sign === "\t") {
        end();
      } else if (sign === "\n") {
        end();
        rows.push([]);
      } else {
        cell += sign;
      }
      place += 1;
    }
    end();
    return rows;
  };

  // Rows of texts of the table of an HTML clipboard; null when it holds none, or merged cells.
  // A spreadsheet says there the number itself, where its text is only how it shows it.
  grid.readTable = function (html) {
    // Its styles are of no use, and the policy of the page refuses them.
    const bare = (html || "").replace(/<style[\s\S]*?<\/style>|\sstyle=("[^"]*"|'[^']*')/gi, "");
    const table = bare && new DOMParser().parseFromString(bare, "text/html").querySelector("table");
    if (!table || table.querySelector("[colspan]:not([colspan='1']), [rowspan]:not([rowspan='1'])")) {
      return null;
    }
    return Array.from(table.rows, function (row) {
      return Array.from(row.cells, function (cell) {
        const number = cell.getAttribute("sdval") || cell.getAttribute("x:num");
        return number && /^-?\d+(\.\d+)?$/.test(number)
          ? number.replace(".", ",")
          : cell.textContent.trim();
      });
    });
  };

  // Rows of texts of a clipboard: its table when it tells the numbers, its plain text otherwise.
  grid.readBlock = function (clipboard) {
    const plain = grid.readPlain(clipboard.getData("text/plain"));
    const table = grid.readTable(clipboard.getData("text/html"));
    const same =
      table &&
      table.length === plain.length &&
      table.every((row, index) => row.length === plain[index].length);
    return same ? table : plain;
  };

  // Put rows of cents on a clipboard: texts of the language, and a table of plain numbers.
  grid.writeBlock = function (clipboard, rows, unit, comma) {
    const plain = rows.map((row) => row.map((cents) => grid.exact(cents, unit, comma)).join("\t"));
    clipboard.setData("text/plain", plain.join("\n"));
    const table = document.createElement("table");
    rows.forEach(function (row) {
      const line = table.insertRow();
      row.forEach(function (cents) {
        const cell = line.insertCell();
        cell.textContent = grid.exact(cents, unit, comma);
        if (cents !== null) {
          cell.setAttribute("sdval", grid.exact(cents, unit, false));
          cell.setAttribute("sdnum", "1033;"); // the number is written with a point
          cell.setAttribute("x:num", grid.exact(cents, unit, false));
        }
      });
    });
    clipboard.setData("text/html", table.outerHTML);
  };

  // About how many times the former amounts a block is: 1 000 or 1 000 000 when its unit looks
  // wrong, null otherwise. The median of the ratios, of three cells at least or of all.
  grid.unitDoubt = function (pairs) {
    const ratios = pairs
      .filter((pair) => pair[0] && pair[1])
      .map((pair) => Math.abs(pair[1] / pair[0]))
      .sort((a, b) => a - b);
    if (!ratios.length || ratios.length < Math.min(3, pairs.length)) {
      return null;
    }
    const middle = ratios[Math.floor(ratios.length / 2)];
    return [1000, 1000000].find((times) => middle > times / 4 && middle < times * 4) || null;
  };
})();
