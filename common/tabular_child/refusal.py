"""The one error of the child: a code, what the sentence needs, and the place."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """A file, or a part of it, cannot be read without a guess or a danger.

    `code` is for programs; `reason` picks the sentence, which the parent translates (default: the
    code); `params` fill it. `line` counts from 1, `column` is a spreadsheet letter.
    """

    def __init__(
        self,
        code: str,
        *,
        reason: str = "",
        line: int | None = None,
        column: str = "",
        sheet: str = "",
        **params: str | int,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.reason = reason or code
        self.line = line
        self.column = column
        self.sheet = sheet
        self.params = params

    def as_dict(self) -> dict[str, Any]:
        """Return the refusal for the parent."""
        return {
            "code": self.code,
            "reason": self.reason,
            "line": self.line,
            "column": self.column,
            "sheet": self.sheet,
            "params": self.params,
        }
