"""The one error of tabular files: what is wrong, and exactly where."""

from __future__ import annotations

from django.utils.translation import gettext as _


class TabularError(ValueError):
    """A file cannot be read as a table without a guess.

    `line` counts from 1 as a text editor or a spreadsheet shows it (None: the whole file);
    `column` is a heading or a spreadsheet letter; `code` is stable, `message` is for people.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str,
        file: str = "",
        line: int | None = None,
        column: str = "",
        sheet: str = "",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.file = file
        self.line = line
        self.column = column
        self.sheet = sheet

    def __str__(self) -> str:
        places = [self.file]
        if self.sheet:
            places.append(_("sheet %(sheet)s") % {"sheet": self.sheet})
        if self.line is not None:
            places.append(_("line %(line)d") % {"line": self.line})
        if self.column:
            places.append(_("column %(column)s") % {"column": self.column})
        where = ", ".join(place for place in places if place)
        return f"{where}: {self.message}" if where else self.message

    def as_dict(self) -> dict[str, str | int | None]:
        """Return the error for JSON: file, sheet, line, column, code, message."""
        return {
            "file": self.file,
            "sheet": self.sheet,
            "line": self.line,
            "column": self.column,
            "code": self.code,
            "message": self.message,
        }
