"""The ledger rows that add up to a cell of an official table."""

from __future__ import annotations

from django.http import Http404, HttpRequest
from django.urls import reverse

from web.budgets.cell_rows import CellRowsView, Found, rows_of
from web.budgets.official import asked_table


class OfficialRowsView(CellRowsView):
    """The rows behind one cell: they add up to it."""

    def found(self, request: HttpRequest, **where: str) -> Found:
        """Return the cell that the address names; Http404 for another, or for a percentage."""
        code, key = where["code"], where["key"]
        table, asked = asked_table(request, code)
        if asked.perimeter is None:
            raise Http404
        layout = table.layout(asked.year)
        cells = layout.compute(asked.perimeter)
        cell = next((one for one in cells if one.key == key and not one.line.is_share), None)
        if cell is None:
            raise Http404
        return Found(
            key=cell.key,
            label=cell.line.label,
            amount=cell.euros,
            rows=rows_of(layout.sources_of(key), asked.perimeter),
            table=table.title,
            year=asked.year,
            origin=asked.origin,
            back=f"{reverse('web:official', args=[code])}?{request.GET.urlencode()}",
            export_name=f"official-{code}-{key}",
        )
