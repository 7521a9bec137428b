"""Fields and bodies that the writes of several rooms share: shapes only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers as drf

from accounts.models import User
from common.api.fields import DayField, FlagField, StrictSerializer, TextField


@extend_schema_field({"type": "string", "minLength": 1, "maxLength": 150})
class NamedField(drf.Field):
    """Something named by its code, among what the caller may see.

    What is not there and what is not theirs to see get the same field error. `rows` takes the
    user and returns a queryset. A view that reads a thousand rows at once gives, as `named` of
    the context, what each field names in them: field → code → record.
    """

    default_error_messages = {
        "invalid": "Not a valid string.",
        "unknown": "There is none of this code.",
    }

    def __init__(self, rows: Callable[[Any], Any], key: str, **kwargs: Any) -> None:
        self.rows, self.key = rows, key
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> Any:
        """Return the record."""
        if not isinstance(data, str) or "\x00" in data:
            self.fail("invalid")
        named = self.context.get("named", {}).get(self.field_name)
        if named is not None:
            if data not in named:
                self.fail("unknown")
            return named[data]
        rows = self.rows(self.context["view"].request.user)
        found = rows.filter(**{self.key: data}).first() if 0 < len(data) <= 150 else None
        if found is None:
            self.fail("unknown")
        return found


class CodeField(drf.RegexField):
    """The code of a new record: ASCII letters, digits, point, dash and underscore."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}\Z", **kwargs)

    def to_internal_value(self, data: Any) -> str:
        """Refuse what is not JSON text."""
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


def people(user: Any) -> Any:
    """Everybody who may be named: active people."""
    return User.objects.filter(is_active=True, is_machine=False)


class Creating(StrictSerializer):
    """What every new record is given beside its own fields: its code, and whether it is a draft."""

    code = CodeField()
    draft = FlagField(required=False)


class Editing(StrictSerializer):
    """What every edit of a record is given beside the fields that change: why."""

    reason = TextField(max_length=500, required=False, allow_blank=True)


class Ending(StrictSerializer):
    """Closing a record."""

    closed_on = DayField()
    reason = TextField(max_length=500)


class Moving(StrictSerializer):
    """Another move in the life of a record."""

    reason = TextField(max_length=500, required=False, allow_blank=True)
