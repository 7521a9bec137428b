"""Write the tables of docs/imports.md from the schemas: `python scripts/import_docs.py`.

A test compares the two, so that the page never says anything else than the validator does.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "imports.md"
BEGIN = "<!-- tables: written by scripts/import_docs.py from schemas/ -->"
END = "<!-- end of the tables -->"
ORDER = (
    "portfolios projects baselines planned_values progress estimates nomenclature movements"
    " commitments service_done payment_requests payments scheduled_payments partners contracts"
    " amendments"
).split()
RULES = {
    "tree": "the parents make no circle",
    "ordered": "{1} is not before {0}",
    "not_all_zero": "not zero: {all}",
    "exactly_one": "one of {all} is filled, and one only",
    "siret": "a SIRET has a right key",
    "tax": "{0} × (1 + {1}) = {2} within a cent (a warning otherwise)",
}


def form_of(field: dict[str, Any]) -> str:
    """Return what a cell of the field may hold, in a few words."""
    constraints = field.get("constraints", {})
    words = [field["type"]]
    if field["type"] == "list":
        words = [f"list, separated by `{field['delimiter']}`".replace("|", "\\|")]
    if "decimals" in field:
        words.append(f"at most {field['decimals']} decimals")
    if "enum" in constraints:
        words = [", ".join(f"`{value}`" for value in constraints["enum"])]
    if "maxLength" in constraints:
        words.append(f"at most {constraints['maxLength']} characters")
    if "pattern" in constraints:
        words.append(f"`{constraints['pattern']}`")
    least, greatest = constraints.get("minimum"), constraints.get("maximum")
    if least is not None and greatest is not None:
        words.append(f"from {least} to {greatest}")
    elif least is not None:
        words.append(f"at least {least}")
    return ", ".join(words)


def describe(schema: dict[str, Any]) -> str:
    """Return the section of one table."""
    links = {
        name: f"→ `{key['reference']['resource']}`"
        for key in schema.get("foreignKeys", ())
        for name in key["fields"]
    }
    lines = [f"### `{schema['name']}.csv`: {schema['title'].lower()}", "", schema["description"]]
    lines += ["", f"Identity of a row: {', '.join(f'`{name}`' for name in schema['primaryKey'])}."]
    for key in schema.get("uniqueKeys", ()):
        lines.append(f"Unique as well: {', '.join(f'`{name}`' for name in key)}.")
    kinds = {
        "records": "Rows are records: created, updated or left unchanged.",
        "facts": "Rows are facts: added once, never changed.",
    }
    lines.append(kinds[schema["kind"]])
    rules = [
        RULES[rule["rule"]].format(*rule["fields"], all=" or ".join(rule["fields"]))
        for rule in schema.get("rules", ())
    ]
    if rules:
        lines.append(f"Rules: {'; '.join(rules)}.")
    lines += ["", "| column | required | content | meaning |", "|---|---|---|---|"]
    for field in schema["fields"]:
        required = "yes" if field.get("constraints", {}).get("required") else ""
        meaning = [field["title"], field.get("description", ""), links.get(field["name"], "")]
        if "default" in field:
            meaning.append(f"empty: `{field['default']}`")
        told = ". ".join(part.rstrip(".") for part in meaning if part)
        lines.append(f"| `{field['name']}` | {required} | {form_of(field)} | {told} |")
    return "\n".join(lines)


def tables() -> str:
    """Return the sections of every table."""
    schemas = (
        json.loads((ROOT / "schemas" / f"{name}.json").read_text(encoding="utf-8"))
        for name in ORDER
    )
    return "\n\n".join(describe(schema) for schema in schemas)


def main() -> None:
    """Replace the tables of the page."""
    text = PAGE.read_text(encoding="utf-8")
    head, rest = text.split(BEGIN)
    _old, tail = rest.split(END)
    PAGE.write_text(f"{head}{BEGIN}\n\n{tables()}\n\n{END}{tail}", encoding="utf-8")


if __name__ == "__main__":
    main()
