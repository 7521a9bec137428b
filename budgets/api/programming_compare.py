"""Two versions of an exercise compared, for programs: totals, cascade, differences (T11)."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers as drf
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from budgets.api.parameters import read_page
from budgets.enums import RANKS, Measure, ProgrammingNature
from budgets.models import ProgrammingVersion
from budgets.rules.programming import year_of
from budgets.tables.programming_compare import (
    Comparison,
    Difference,
    Head,
    compare,
    former_of,
    others_of,
)
from common.api.fields import MoneyStringField
from common.api.filters import refuse_unknown
from common.money import from_cents

MOST_DIFFERENCES = 1000
STATES = ("", "added", "gone", "came", "left")


def _amount() -> Any:
    return MoneyStringField(signed=True)


class ComparedYear(drf.Serializer[Any]):
    """What both versions programme in a year, euros TTC; the last rank is all that follow."""

    rank = drf.IntegerField()
    year = drf.IntegerField()
    ae_before = _amount()
    ae_after = _amount()
    cp_before = _amount()
    cp_after = _amount()


class CascadeStep(drf.Serializer[Any]):
    """What a project gained from a version to the other, euros TTC."""

    project = drf.CharField(allow_null=True)
    title = drf.CharField(allow_blank=True)
    ae = _amount()
    cp = _amount()


class DifferenceRow(drf.Serializer[Any]):
    """A cell that differs: what it was and is, euros TTC, who changed it last and why.

    `state`: the line was added, is gone, came from another project or left for one.
    """

    line = drf.IntegerField()
    label = drf.CharField()  # type: ignore[assignment]
    project = drf.CharField(allow_null=True)
    node = drf.CharField()
    nature = drf.ChoiceField(ProgrammingNature.choices)
    rank = drf.IntegerField()
    year = drf.IntegerField()
    measure = drf.ChoiceField(Measure.choices)
    before = _amount()
    after = _amount()
    difference = _amount()
    state = drf.ChoiceField(STATES)
    author = drf.CharField(allow_blank=True)
    on_behalf_of = drf.CharField(allow_blank=True)
    reason = drf.CharField(allow_blank=True)


class ComparisonReport(drf.Serializer[Any]):
    """Two versions of an exercise: Σ differences = Σ cascade = difference of the totals.

    `results` are a page of the differences; all the rest is of the whole.
    """

    former = drf.IntegerField()
    former_code = drf.CharField()
    programming_version = drf.IntegerField()
    programming_version_code = drf.CharField()
    years = ComparedYear(many=True)
    cascade = CascadeStep(many=True)
    count = drf.IntegerField()
    page = drf.IntegerField()
    pages = drf.IntegerField()
    results = DifferenceRow(many=True)


class ComparingMixin:
    """The comparison of a version with another one of its exercise."""

    @extend_schema(
        parameters=[OpenApiParameter("former", int), OpenApiParameter("page", int)],
        responses={200: ComparisonReport},
    )
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=[])
    def comparison(self: Any, request: Request, id: str) -> Response:
        """Compare with `former`, else with the parent, else with the version before.

        The only version of its exercise is compared with itself: nothing differs.
        Over the lines that the caller reads; a thousand differences a page.
        """
        refuse_unknown(request, {"former", "page"})
        version = self.seen(id=id)
        page = read_page(request.query_params.get("page", ""))
        former = _former(version, request.user, request.query_params.get("former", ""))
        return Response(_told(compare(former, version, request.user), page))


def _former(version: ProgrammingVersion, user: Any, wanted: str) -> ProgrammingVersion:
    if not wanted:
        return former_of(version, user) or version
    is_id = wanted.isascii() and wanted.isdigit() and len(wanted) < 19
    found = others_of(version, user).filter(pk=int(wanted)).first() if is_id else None
    if found is None:
        raise ValidationError({"former": "There is no such other version of the exercise."})
    return found


def _told(found: Comparison, page: int) -> dict[str, Any]:
    """Return a comparison ready for JSON, with one page of its differences."""
    year = found.version.fiscal_year
    rows = found.differences[(page - 1) * MOST_DIFFERENCES : page * MOST_DIFFERENCES]
    return {
        "former": found.former.pk,
        "former_code": found.former.code,
        "programming_version": found.version.pk,
        "programming_version_code": found.version.code,
        "years": [
            {
                "rank": rank,
                "year": year_of(year, rank),
                **{
                    f"{measure}_{when}": _text(sums[f"{rank}.{measure}"])
                    for measure in Measure.values
                    for when, sums in (("before", found.before), ("after", found.after))
                },
            }
            for rank in RANKS
        ],
        "cascade": [
            {
                "project": one.project or None,
                "title": one.title,
                "ae": _text(one.ae),
                "cp": _text(one.cp),
            }
            for one in found.moves()
        ],
        "count": len(found.differences),
        "page": page,
        "pages": max(-(-len(found.differences) // MOST_DIFFERENCES), 1),
        "results": [_row(one, year) for one in rows],
    }


def _row(one: Difference, fiscal_year: int) -> dict[str, Any]:
    line: Head = one.line
    return {
        "line": line.pk,
        "label": line.label,
        "project": line.project or None,
        "node": line.node,
        "nature": line.nature,
        "rank": one.rank,
        "year": year_of(fiscal_year, one.rank),
        "measure": one.measure,
        "before": _text(one.before),
        "after": _text(one.after),
        "difference": _text(one.delta),
        "state": one.state,
        "author": one.author,
        "on_behalf_of": one.on_behalf_of,
        "reason": one.reason,
    }


def _text(cents: int) -> str:
    return f"{from_cents(cents):.2f}"
