"""What a person may import: the tables, then the rows of each."""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts.permissions import scopes_of
from records.services.plan import ImportTable, Plan


def check_rights(plan: Plan) -> None:
    """Refuse the tables and the rows that the person of the plan may not import.

    A command has no person: whoever runs it holds the machine. An import is never a way around
    what the pages refuse.
    """
    if plan.user is None:
        return
    for name, table in plan.tables.items():
        if name in plan.stage.tables:
            _check_table(plan, table)


def _check_table(plan: Plan, table: ImportTable) -> None:
    scopes = scopes_of(plan.user, *table.needs)
    staged = plan.stage.tables[table.name]
    if scopes.everywhere:
        return
    reached = None if scopes.empty else table.reached(plan.user)
    if reached is None:
        if table.name in plan.refused:
            return
        plan.refused.add(table.name)
        plan.stage.report.add(
            code="table_not_allowed",
            message=_("Your role does not let you import this table."),
            file=staged.file,
        )
        return
    column = staged.schema.primary_key[0]
    for row in [*staged.rows, *staged.waiting]:
        if not row.bad and not reached(row):
            message = _("This row is outside of your perimeter.")
            plan.stage.fault(table.name, row, column, "out_of_reach", message)
