"""A stale edit: what was saved in the meantime beside what was typed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms


@dataclass(frozen=True)
class Compared:
    """One field: the saved value, the typed one, and whether they differ."""

    label: str
    saved: str
    typed: str

    @property
    def differs(self) -> bool:
        """Whether the two values differ."""
        return self.saved != self.typed


def both_versions(form: forms.Form, saved: dict[str, Any]) -> list[Compared]:
    """Return the fields of a form whose saved value is known, with what was typed."""
    return [
        Compared(
            str(form.fields[name].label),
            _shown(form.fields[name], form.fields[name].prepare_value(value)),
            _shown(form.fields[name], form[name].value()),
        )
        for name, value in saved.items()
        if name in form.fields
    ]


def _shown(field: forms.Field, value: Any) -> str:
    """Write a value of a field as people read it."""
    if value is None:
        return ""
    if isinstance(field, forms.ChoiceField):
        labels = {str(key): str(label) for key, label in list(field.choices)}  # type: ignore[arg-type,misc]
        return labels.get(str(value), str(value))
    return str(value)
