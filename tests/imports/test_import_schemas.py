"""The schemas say what the models hold, and the page says what the schemas say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import models

from common.fields import MoneyField, PercentField
from records.importing.registry import registered_rooms
from records.importing.schema import TABLES, load_schemas
from records.services.editable import RecordTable
from records.services.facts import FactTable
from scripts.import_docs import BEGIN, END, ORDER, PAGE, tables

ROOT = Path(settings.BASE_DIR)
IMPORTED: dict[str, Any] = {
    table.name: table for room in registered_rooms() for table in room.tables
}


def model_fields(name: str) -> dict[str, models.Field]:
    """Return the model field of each plain column of a table."""
    table = IMPORTED[name]
    if issubclass(table, RecordTable):
        columns = {"code": "code"} | table.columns
    else:
        named = {column for *_rest, columns in table.references for column in columns}
        columns = {column: column for column in table.paths if column not in named}
    return {column: table.model._meta.get_field(field) for column, field in columns.items()}


def test_every_table_is_imported_by_one_room_in_order():
    assert list(IMPORTED) == TABLES == ORDER == list(load_schemas())
    assert {path.stem for path in (ROOT / "schemas").glob("*.json")} == set(TABLES)


@pytest.mark.parametrize("name", TABLES)
def test_a_schema_names_every_column_that_is_imported(name):
    schema, table = load_schemas()[name], IMPORTED[name]
    columns = [field.name for field in schema.fields]
    if issubclass(table, FactTable):
        versions = {"document_version"} if table.signed else set()
        assert set(table.paths) == set(columns) - versions
        assert versions <= set(columns)
        assert tuple(table.paths)[: len(schema.primary_key)] == schema.primary_key
        assert schema.kind == "facts"
    else:
        links = {"aliases", "projects", "commitments"}
        assert {"code", *table.columns, *table.references} == set(columns) - links
        assert schema.kind == "records"


@pytest.mark.parametrize("name", TABLES)
def test_a_schema_is_no_wider_than_the_model(name):
    schema = load_schemas()[name]
    for column, field in model_fields(name).items():
        told = schema.field(column)
        if field.choices:
            assert set(told.enum) == {value for value, _label in field.flatchoices}, column
        elif isinstance(field, models.CharField | models.TextField):
            assert told.max_length == field.max_length, column
        if isinstance(field, MoneyField | PercentField):
            assert (told.type, told.decimals) == ("number", 2), column
        if told.required:
            assert not field.blank, column
        elif told.default is None:
            assert field.blank or field.null, column


@pytest.mark.parametrize("name", TABLES)
def test_a_schema_follows_the_standard(name):
    content = json.loads((ROOT / "schemas" / f"{name}.json").read_text("utf-8"))
    assert content["$schema"].startswith("https://datapackage.org/profiles/2.0/")
    names = [field["name"] for field in content["fields"]]
    assert len(names) == len(set(names))
    types = {"string", "integer", "number", "date", "yearmonth", "year", "boolean", "list"}
    assert {field["type"] for field in content["fields"]} <= types
    for key in content.get("foreignKeys", ()):
        target = load_schemas()[key["reference"]["resource"]]
        assert tuple(key["reference"]["fields"]) == target.primary_key
        assert set(key["fields"]) <= set(names)


def test_the_page_says_what_the_schemas_say():
    text = PAGE.read_text("utf-8")
    written = text.split(BEGIN)[1].split(END)[0].strip()
    assert written == tables(), "run: python scripts/import_docs.py"
