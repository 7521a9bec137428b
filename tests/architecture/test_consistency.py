"""Models, constraints and templates follow one convention."""

from __future__ import annotations

import re

import pytest
from django.apps import apps
from django.db import models

from tests.architecture.source import ROOMS, ROOT, modules, name

# Templates that a library looks up by their name.
LOOKED_UP_BY_NAME = ("admin/", "dsfr/", "django/", "registration/", "400.html", "403.html",
                     "403_csrf.html", "404.html", "500.html")  # fmt: skip


def own_models() -> list[type[models.Model]]:
    """Return the concrete models of the rooms, without the history tables."""
    return [
        model
        for model in apps.get_models()
        if model.__module__.split(".")[0] in ROOMS and not hasattr(model, "history_object")
    ]


def label(model: type[models.Model]) -> str:
    return model._meta.label


by_model = pytest.mark.parametrize("model", own_models(), ids=label)


def test_there_are_models_to_look_at():
    assert own_models()


@by_model
def test_model_says_what_it_is(model):
    own = [ancestor for ancestor in model.__mro__ if ancestor.__module__.split(".")[0] in ROOMS]
    inherited = [b for b in model.__mro__ if b.__module__.startswith("django.contrib.auth")]
    assert any("__str__" in vars(ancestor) for ancestor in own + inherited)


@by_model
def test_model_has_an_order(model):
    assert model._meta.ordering


@by_model
def test_model_is_named_in_lowercase_in_every_language(model):
    # The names follow a determiner in sentences. Acronyms (AE, CP, BOP…) keep their capitals.
    for text in (model._meta.verbose_name, model._meta.verbose_name_plural):
        first = str(text).split()[0]
        assert first == first.lower() or first.isupper(), text


@by_model
def test_constraints_are_named_after_their_room_and_model_and_worded(model):
    prefix = f"{model._meta.app_label}{model._meta.model_name}"
    for constraint in model._meta.constraints:
        squeezed = constraint.name.replace("_", "")
        assert constraint.name.startswith(f"{model._meta.app_label}_"), constraint.name
        assert squeezed.startswith(prefix), constraint.name
        assert constraint.violation_error_message != constraint.default_violation_error_message, (
            f"{constraint.name} has no message that a user can read"
        )


@by_model
def test_money_is_cents_and_floats_are_only_in_indicators(model):
    for field in model._meta.get_fields():
        kind = getattr(field, "get_internal_type", str)()
        assert kind != "DecimalField", field
        if kind == "FloatField":
            assert model._meta.app_label == "indicators", field


def templates() -> dict[str, str]:
    """Return the templates of the rooms: their name and their text."""
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for room in ROOMS
        for folder in (ROOT / room).rglob("templates")
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_every_template_is_used():
    found = templates()
    quoted = re.compile(r"""["']([\w./-]+\.(?:html|txt|xml|svg))["'#]""")
    code = "\n".join(path.read_text(encoding="utf-8") for path in modules())
    used = set(quoted.findall(code + "\n".join(found.values())))
    orphans = [t for t in found if t not in used and not t.startswith(LOOKED_UP_BY_NAME)]
    assert orphans == []


def test_every_template_that_is_named_exists():
    found = templates()
    named = re.compile(r"""["'](web/[\w./-]+\.html)["'#]""")
    missing = {
        f"{name(path)}: {template}"
        for path in modules()
        for template in named.findall(path.read_text(encoding="utf-8"))
        if template not in found
    }
    missing |= {
        f"{source}: {template}"
        for source, text in found.items()
        for template in named.findall(text)
        if template not in found
    }
    assert missing == set()
