"""Checks that need the database: rows named exist, trees have no cycle, origins are not mixed."""

from __future__ import annotations

from django.utils.translation import gettext as _

from records.importing.rules import find_cycles
from records.importing.schema import ForeignKey
from records.importing.stage import Key, StagedRow, StagedTable, keys_of, referenced_keys
from records.services.plan import Plan


def look_up(plan: Plan) -> None:
    """Read what the database holds of the records of the folder and of all that rows name."""
    wanted: dict[str, set[Key]] = {}
    for name, staged in plan.stage.tables.items():
        if staged.schema.kind == "records":
            wanted.setdefault(name, set()).update(staged.by_key)
        for foreign in staged.schema.foreign_keys:
            wanted.setdefault(foreign.table, set()).update(_named(staged, foreign))
    for name, keys in wanted.items():
        # What the rows of a slice name is often what those of the former slices do.
        new = keys - plan.asked[name]
        plan.asked[name] |= new
        plan.found[name] |= plan.tables[name].find(new - plan.found[name].keys())


def check_references(plan: Plan) -> None:
    """Refuse rows that name what is neither in the folder nor in the database.

    A table of the folder that could not be read whole proves nothing: what names it is left alone.
    In a deposit that keeps them, the sound rows of a table that may wait are taken out instead;
    what names them waits in turn, since tables come in the order of what they name.
    """
    for name, staged in plan.stage.tables.items():
        for foreign in staged.schema.foreign_keys:
            target = plan.stage.table(foreign.table)
            if target is not None and not target.is_readable:
                continue
            known = plan.found[foreign.table].keys() | (target.by_key.keys() if target else set())
            if _named(staged, foreign) <= known:
                continue
            for row in staged.rows:
                if row.bad.isdisjoint(foreign.fields):
                    _check_row(plan, name, row, foreign, known)
        waiting = [row for row in staged.rows if row.missing and not row.bad]
        if waiting:
            staged.take_out(waiting)
            held = plan.tables[name].known_waiting(waiting)
            ids = {id(row) for row in held}
            staged.known += held
            staged.waiting += [row for row in waiting if id(row) not in ids]


def _named(staged: StagedTable, foreign: ForeignKey) -> set[Key]:
    """Return the keys that the rows of a table name, each once."""
    rows = [row for row in staged.rows if row.bad.isdisjoint(foreign.fields)]
    keys = set(keys_of(rows, foreign.fields))
    if len(foreign.fields) > 1:
        return {key for key in keys if None not in key and "" not in key}
    found: set[Key] = set()
    for (value,) in keys:
        if value.__class__ is tuple:
            found.update((item,) for item in value)
        elif value not in (None, ""):
            found.add((value,))
    return found


def _check_row(plan: Plan, name: str, row: StagedRow, foreign: ForeignKey, known: set[Key]) -> None:
    for key in referenced_keys(row, foreign):
        if key in known:
            continue
        if not row.bad and may_wait(plan, name, foreign):
            row.missing = row.missing.union(foreign.fields)
        else:
            message = _("%(table)s has no %(key)s, neither in the folder nor in the database.") % {
                "table": foreign.table,
                "key": " / ".join(str(part) for part in key),
            }
            plan.stage.fault(name, row, foreign.fields[-1], "unknown_reference", message)


def may_wait(plan: Plan, name: str, foreign: ForeignKey) -> bool:
    """Whether a row of a table may wait for what a foreign key names."""
    return plan.keeps_waiting and plan.tables[name].waits_for.issuperset(foreign.fields)


def check_trees(plan: Plan, name: str, parents: dict[str, str]) -> None:
    """Refuse cycles; `parents` are the parents of the database, by code, the folder's stand."""
    staged = plan.stage.tables[name]
    for row in staged.rows:
        if row.bad.isdisjoint({"code", "parent"}) and "parent" in staged.columns:
            parents[row.values["code"]] = row.values["parent"]
    for cycle in find_cycles(parents):
        rows = [staged.by_key[code,] for code in cycle if (code,) in staged.by_key]
        path = " > ".join([*cycle, cycle[0]])
        message = _("The parents go round in a circle: %(path)s.") % {"path": path}
        plan.stage.fault(name, rows[0], "parent", "cycle", message)


def check_origins(plan: Plan) -> None:
    """Refuse rows that mix two data origins, and records that would change theirs."""
    for name, staged in plan.stage.tables.items():
        owned = [
            (row, own)
            for key, row in staged.by_key.items()
            if not row.bad and (own := plan.origin_of(name, key))
        ]
        origins = {own for _row, own in owned} | {
            known.origin for known in plan.found[name].values()
        }
        for foreign in staged.schema.foreign_keys:
            origins |= {plan.origin_of(foreign.table, key) for key in _named(staged, foreign)}
        if len(origins - {""}) > 1:
            for row, own in owned:
                _check_origin(plan, staged, row, own)


def _check_origin(plan: Plan, staged: StagedTable, row: StagedRow, own: str) -> None:
    name = staged.schema.name
    known = plan.found[name].get(row.key(staged.schema.primary_key))
    if known and known.origin and known.origin != own:
        column = "data_origin" if "data_origin" in staged.columns else staged.columns[0]
        message = _("The record is of origin %(known)s, which never changes.") % {
            "known": known.origin
        }
        plan.stage.fault(name, row, column, "origin_changed", message)
        return
    for foreign in staged.schema.foreign_keys:
        others = {plan.origin_of(foreign.table, key) for key in referenced_keys(row, foreign)}
        others -= {own, ""}
        if others:
            message = _("The row is of origin %(own)s and names %(other)s data.") % {
                "own": own,
                "other": ", ".join(sorted(others)),
            }
            plan.stage.fault(name, row, foreign.fields[-1], "origin_conflict", message)
