"""Give a project to commitments recorded without one, take it away, reverse facts for good.

Facts are append-only (architecture, rule 2; GBCP art. 56): a counter-entry takes the former out of
every total, a fact of the same document takes its place with the project, and what followed the
commitment (services done, requests, payments, schedules) follows the new one in the same way.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from budgets.models import Commitment, Payment, PaymentRequest, ScheduledPayment, ServiceDone
from budgets.services.rule_jobs import request_checks
from projects.models import Project
from projects.services.figures import mark_figures_changed
from records.services.plan import chunks

FOLLOWERS: tuple[Any, ...] = (ServiceDone, PaymentRequest, Payment, ScheduledPayment)
_AMOUNTS = ("amount", "amount_excl_tax", "ae", "cp")


def give_project(
    references: Iterable[str], project: Project, *, actor: Any, now: dt.datetime
) -> set[str]:
    """Give a project to the commitments of these source references; return those that were.

    The facts keep the batch, the file and the line of the former ones. A commitment that has a
    project already, stands no more, or on which others lean (a contract), is left. The number of
    statements depends on the commitments by thousands only.
    """
    return _put(references, project.pk, actor=actor, now=now)


def take_project(references: Iterable[str], *, actor: Any, now: dt.datetime) -> set[str]:
    """Have the commitments of these source references stand without a project again.

    The reverse of `give_project`, with the same facts left as they are.
    """
    return _put(references, None, actor=actor, now=now)


def reverse_facts(facts: Iterable[Any], *, actor: Any, now: dt.datetime) -> None:
    """Take facts of one model out of every total, each by a counter-entry of its own batch."""
    counters = [_counter(fact, actor, now) for fact in facts]
    if counters:
        type(counters[0])._default_manager.bulk_create(counters, batch_size=1_000)


def _put(
    references: Iterable[str], project_id: int | None, *, actor: Any, now: dt.datetime
) -> set[str]:
    """Move commitments to a project from none, or the reverse."""
    given: set[str] = set()
    years: set[int] = set()
    projects = {project_id}
    for some in chunks(references):
        documents = Q(source_reference__in=some) | Q(document_reference__in=some)
        rows = standing(Commitment).filter(documents, project__isnull=project_id is not None)
        former = list(rows.exclude(pk__in=leant_on(rows)).order_by("pk"))
        newer = _replace(former, [{"project_id": project_id} for _fact in former], actor, now)
        moved = {old.pk: new.pk for old, new in zip(former, newer, strict=True)}
        for model in FOLLOWERS:
            facts = list(standing(model).filter(commitment_id__in=moved).order_by("pk"))
            changes = [{"commitment_id": moved[fact.commitment_id]} for fact in facts]
            _replace(facts, changes, actor, now)
        given |= {fact.document_reference or fact.source_reference for fact in former}
        years |= {fact.fiscal_year for fact in former}
        projects |= {fact.project_id for fact in former}
    mark_figures_changed({pk for pk in projects if pk is not None}, actor=actor)
    request_checks(years, actor=actor)
    return given


def leant_on(rows: Any) -> set[int]:
    """Return the ids of the commitments on which other rows than their followers lean."""
    found: set[int] = set()
    for relation in Commitment._meta.related_objects:
        model: Any = relation.related_model
        if not relation.many_to_many and model not in (Commitment, *FOLLOWERS):
            held = model._base_manager.filter(**{f"{relation.field.name}__in": rows})
            found.update(held.values_list(f"{relation.field.name}_id", flat=True))
    return found


def standing(model: Any) -> Any:
    """Return the facts of a model that are neither counter-entries nor reversed by one."""
    return model.objects.filter(reverses__isnull=True, reversal__isnull=True)


def _replace(
    facts: list[Any], changes: list[dict[str, Any]], actor: Any, now: dt.datetime
) -> list[Any]:
    """Write the counter-entry and the newer version of facts; return the newer ones."""
    if not facts:
        return []
    own = {"recorded_at": now, "recorded_by_id": actor.pk if actor else None}
    newer = []
    for fact, changed in zip(facts, changes, strict=True):
        document = fact.document_reference or fact.source_reference
        version = fact.document_version + 1
        later = {"source_reference": f"{document}#{version}", "document_version": version}
        newer.append(_copy(fact, own | {"document_reference": document} | changed | later))
    reverse_facts(facts, actor=actor, now=now)
    manager = type(facts[0])._default_manager
    created: list[Any] = manager.bulk_create(newer, batch_size=1_000)
    return created


def _counter(fact: Any, actor: Any, now: dt.datetime) -> Any:
    """Return the fact that takes another out: the same in all, its amounts turned."""
    document = fact.document_reference or fact.source_reference
    amounts = {name: getattr(fact, name, None) for name in _AMOUNTS}
    return _copy(fact, {
        "recorded_at": now,
        "recorded_by_id": actor.pk if actor else None,
        "document_reference": document,
        "source_reference": f"{document}#{fact.document_version}-",
        "reverses_id": fact.pk,
        **{name: -amount for name, amount in amounts.items() if amount is not None},
    })  # fmt: skip


def _copy(fact: Any, changes: dict[str, Any]) -> Any:
    kept = {
        field.attname: getattr(fact, field.attname)
        for field in fact._meta.concrete_fields
        if not field.primary_key
    }
    return type(fact)(**kept | changes)
