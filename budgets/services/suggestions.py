"""What a line that waits may be attached to, each suggestion explained in a sentence.

The number of queries does not depend on the number of lines: one for the rules, one for each kind
of record that lines name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from accounts.enums import Action, Resource
from accounts.permissions import scopes_of
from budgets.enums import WaitingReason, WaitingTable
from budgets.models import Commitment, NomenclatureNode, WaitingLine
from budgets.rules.matching import Rule
from budgets.rules.nearness import nearest
from budgets.services.waiting_texts import open_rules
from projects.models import Project

# The axes whose values tell a project, the surest first.
_TELLING = ("cost_centre", "activity")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What a line may be attached to, and why; `rule` is the id of the saved rule, if any.

    `kind` is `rule`, `known_now`, `same_commitment`, `same_axis` or `near_reference`.
    """

    kind: str
    target: dict[str, str]
    why: str
    rule: int | None = None

    @property
    def words(self) -> str:
        """Return the codes that it gives, in one line."""
        return ", ".join(self.target.values())


@dataclass(slots=True)
class _Known:
    """What the database holds of what some lines name, within the reach of a person."""

    nodes: set[str] = field(default_factory=set)
    projects: set[str] = field(default_factory=set)
    # The projects and nodes of the commitments of an EJ, and the references of its lines.
    by_legal: dict[str, list[tuple[str, str, str]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    # How many commitments of the value of an axis went to each project.
    by_axis: dict[tuple[str, str], dict[str, int]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    commitments: set[str] = field(default_factory=set)


def needs_of(line: WaitingLine) -> set[str]:
    """Return the columns that a line waits for: node, project, commitment."""
    reasons = {
        WaitingReason.UNKNOWN_NODE: "node",
        WaitingReason.UNKNOWN_PROJECT: "project",
        WaitingReason.UNKNOWN_COMMITMENT: "commitment",
        WaitingReason.NO_PROJECT: "project",
    }
    return {reasons[reason] for reason in line.reasons if reason in reasons}


def suggest(lines: Sequence[WaitingLine], user: Any) -> dict[int, list[Suggestion]]:
    """Return the suggestions of some lines by id, the surest first; six queries at most."""
    if not lines:
        return {}
    known = _read(lines, user)
    rules = open_rules()
    return {line.pk: list(_of_line(line, rules, known)) for line in lines}


def _read(lines: Sequence[WaitingLine], user: Any) -> _Known:
    known = _Known()
    needs = set().union(*(needs_of(line) for line in lines))
    if "node" in needs:
        nodes = _offered_nodes(user).order_by()
        known.nodes = set(nodes.values_list("code", flat=True))
    if "project" in needs:
        projects = Project.objects.visible_to(user).order_by()
        known.projects = set(projects.values_list("code", flat=True))
    standing = Commitment.objects.visible_to(user).filter(
        reverses__isnull=True, reversal__isnull=True
    )
    _read_commitments(known, lines, standing.order_by())
    _read_axes(known, lines, standing.order_by())
    return known


def _offered_nodes(user: Any) -> Any:
    """Return the nodes that a person may attach to: those held, whoever holds some."""
    nodes = NomenclatureNode.objects.visible_to(user)
    if not scopes_of(user, Action.IMPORT, Resource.LEDGER).budget_nodes:
        return nodes
    return nodes.holding(user, Action.IMPORT, Resource.LEDGER)


def _read_commitments(known: _Known, lines: Iterable[WaitingLine], standing: Any) -> None:
    """Read the commitments of the same EJ, and those whose references look like one named."""
    legal = {line.values.get("legal_reference", "") for line in lines}
    named = {line.commitment_reference for line in lines} - {""}
    wanted = Q(legal_reference__in=(legal | named) - {""})
    for reference in named:
        wanted |= Q(source_reference__startswith=reference[:-2]) if len(reference) > 4 else Q()
    rows = standing.filter(wanted) if legal | named else standing.none()
    columns = ("legal_reference", "source_reference", "document_reference")
    for ej, own, document, project, node in rows.values_list(
        *columns, "project__code", "node__code"
    ):
        reference = document or own
        known.by_legal[ej].append((project or "", node, reference))
        known.commitments.add(reference)


def _read_axes(known: _Known, lines: Iterable[WaitingLine], standing: Any) -> None:
    """Count, for each value of the telling axes, the commitments of each project."""
    for axis in _TELLING:
        values = {line.values.get(axis, "") for line in lines} - {""}
        if not values:
            continue
        rows = standing.filter(**{f"{axis}__code__in": values}, project__isnull=False)
        counted = rows.values_list(f"{axis}__code", "project__code").annotate(Count("pk"))
        for value, project, count in counted:
            known.by_axis[axis, value][project] = count


def _of_line(line: WaitingLine, rules: Iterable[Rule], known: _Known) -> Iterable[Suggestion]:
    needs = needs_of(line)
    for rule in rules:
        target = {column: code for column, code in rule.target.items() if column in needs}
        if target and rule.holds(line.table, line.values):
            why = _("The rule “%(name)s” holds for this line.") % {"name": rule.name}
            yield Suggestion("rule", target, why, rule.pk)
    yield from _known_now(line.values, needs, known)
    yield from _same_commitment(line, needs, known)
    if "project" in needs:
        yield from _same_axis(line.values, known)
    yield from _near(line.values, needs, known)


def _known_now(values: Mapping[str, str], needs: set[str], known: _Known) -> Iterable[Suggestion]:
    """Yield what was unknown at import and is known now."""
    holds = {"node": known.nodes, "project": known.projects, "commitment": known.commitments}
    target = {name: values[name] for name in sorted(needs) if values.get(name) in holds[name]}
    if target:
        yield Suggestion("known_now", target, _("What the line names is known by now."))


def _same_commitment(line: WaitingLine, needs: set[str], known: _Known) -> Iterable[Suggestion]:
    """Yield where the other lines of the EJ are, and the only line of an EJ that is named."""
    if line.table == WaitingTable.COMMITMENTS:
        ej = line.values.get("legal_reference", "")
        others = [
            found for found in known.by_legal.get(ej, ()) if found[2] != line.source_reference
        ]
        codes = {
            "project": {project for project, _node, _reference in others if project},
            "node": {node for _project, node, _reference in others},
        }
        target = {
            name: next(iter(codes[name]))
            for name in sorted(needs & codes.keys())
            if len(codes[name]) == 1
        }
        if target:
            why = _("The other lines of the commitment %(number)s are there.") % {"number": ej}
            yield Suggestion("same_commitment", target, why)
    elif line.commitment_reference in known.by_legal:
        references = {found[2] for found in known.by_legal[line.commitment_reference]}
        if len(references) == 1:
            why = _("The commitment %(number)s has this only line.") % {
                "number": line.commitment_reference
            }
            yield Suggestion("same_commitment", {"commitment": references.pop()}, why)


def _same_axis(values: Mapping[str, str], known: _Known) -> Iterable[Suggestion]:
    """Yield the project to which the same cost centre, or activity, always went."""
    words = {
        "cost_centre": _("%(count)d commitments of the cost centre %(code)s all went there."),
        "activity": _("%(count)d commitments of the activity %(code)s all went there."),
    }
    for axis in _TELLING:
        counts = known.by_axis.get((axis, values.get(axis, "")), {})
        if len(counts) == 1:
            ((project, count),) = counts.items()
            why = words[axis] % {"count": count, "code": values[axis]}
            yield Suggestion("same_axis", {"project": project}, why)


def _near(values: Mapping[str, str], needs: set[str], known: _Known) -> Iterable[Suggestion]:
    """Yield the one record whose code is written almost the same."""
    holds = {"node": known.nodes, "project": known.projects, "commitment": known.commitments}
    for name in sorted(needs):
        code = nearest(values.get(name, ""), holds[name]) if values.get(name) else ""
        if code:
            why = _("%(code)s is written almost the same: one character differs.") % {"code": code}
            yield Suggestion("near_reference", {name: code}, why)
