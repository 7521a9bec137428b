"""Exact numbers in the database: BIGINT scaled by a power of ten, `Decimal` in Python.

`DecimalField` is stored as a float by SQLite and sums wrong (`reliability.md` 0.7), so no model
uses it.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.expressions import Combinable
from django.utils.translation import gettext_lazy as _

MAX_SCALED = 10**17


class ScaledDecimalField(models.BigIntegerField):  # type: ignore[type-arg]
    """A decimal number with a fixed number of places, kept as an integer.

    Reads as `Decimal`; accepts `Decimal`, `int` and decimal strings, never a float. Values beyond
    the places or the bound are refused, never rounded.
    """

    # What the type checker reads and writes through the field.
    _pyi_private_set_type: Decimal | int | str | Combinable  # type: ignore[assignment]
    _pyi_private_get_type: Decimal  # type: ignore[assignment]
    _pyi_lookup_exact_type: Decimal | int | str  # type: ignore[assignment]

    places = 2
    description = _("Exact decimal number")
    default_error_messages = {
        "invalid": _("“%(value)s” is not an exact amount with at most %(places)s decimals."),
        "bound": _("“%(value)s” is beyond the greatest amount kept."),
    }

    def to_python(self, value: Any) -> Decimal | None:
        """Return the `Decimal` for a value given by a person or a program."""
        if value is None or value == "":
            return None
        if isinstance(value, (float, bool)):
            raise self._invalid("invalid", value)
        try:
            number = Decimal(value)
            scaled = number.scaleb(self.places)
        except (InvalidOperation, TypeError, ValueError) as error:
            raise self._invalid("invalid", value) from error
        if not number.is_finite() or scaled != scaled.to_integral_value():
            raise self._invalid("invalid", value)
        if abs(scaled) > MAX_SCALED:
            raise self._invalid("bound", value)
        return Decimal(int(scaled)).scaleb(-self.places)

    def _invalid(self, code: str, value: Any) -> ValidationError:
        return ValidationError(
            self.error_messages[code],
            code=code,
            params={"value": value, "places": self.places},
        )

    @property
    def validators(self) -> list[Any]:
        """Skip the bounds of integer columns: they would be compared with unscaled numbers."""
        return [*self.default_validators, *self._validators]  # type: ignore[attr-defined]

    def get_prep_value(self, value: Any) -> int | None:
        """Return the integer to store or compare with."""
        if value.__class__ is Decimal and value.is_finite():
            scaled = int(written := value.scaleb(self.places))
            if scaled == written and abs(scaled) <= MAX_SCALED:
                return scaled
        if hasattr(value, "resolve_expression"):
            return value  # type: ignore[no-any-return]
        number = self.to_python(value)
        return None if number is None else int(number.scaleb(self.places))

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Decimal | None:
        """Return the `Decimal` of a stored integer (or of a SUM, numeric on PostgreSQL)."""
        return None if value is None else Decimal(int(value)).scaleb(-self.places)

    def value_to_string(self, obj: models.Model) -> str:
        """Serialise as the decimal string."""
        value = self.value_from_object(obj)
        return "" if value is None else str(value)

    def formfield(self, **kwargs: Any) -> Any:
        """Offer a text input that reads French and plain numbers."""
        options: dict[str, Any] = {"form_class": forms.DecimalField} | kwargs
        options.setdefault("decimal_places", self.places)
        options.setdefault("localize", True)
        return super(models.BigIntegerField, self).formfield(**options)


class MoneyField(ScaledDecimalField):
    """Euros, exact to the cent: BIGINT of cents in the database (architecture, rule 3)."""

    description = _("Amount in euros")


class PercentField(ScaledDecimalField):
    """A percentage with two decimals (45.5 means 45.5 %), kept in hundredths of a point."""

    description = _("Percentage")
