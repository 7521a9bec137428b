"""Preferences are kept per person."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from accounts.models import Preferences, User
from accounts.personal import preferences_of
from accounts.services.preferences import keep_preferences


def test_a_choice_is_kept_and_the_others_stand(director: User) -> None:
    assert preferences_of(director) is None
    keep_preferences(actor=director, unit="keur")
    keep_preferences(actor=director, theme="dark")
    row = preferences_of(director)
    assert row is not None
    assert (row.unit, row.theme, row.language, row.shortcuts) == ("keur", "dark", "", True)
    assert (row.notification_rhythm, row.version) == ("daily", 2)


@pytest.mark.parametrize("choice", [{"unit": "dollars"}, {"language": "de"}, {"theme": "pink"}])
def test_an_unknown_choice_is_refused(director: User, choice: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        keep_preferences(actor=director, **choice)  # type: ignore[arg-type]
    assert not Preferences.objects.exists()
