"""A round in any order, by services and by raw SQL: nothing is skipped, lost or thawed."""

from __future__ import annotations

import itertools
import os
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from rest_framework.test import APIClient

from budgets.enums import (
    FILE_STEPS,
    FROZEN_STATES,
    VERSION_MOVES,
    VERSION_STEPS,
    StepVerb,
    VersionState,
)
from budgets.models import ProgrammingAmount, ProgrammingFile, ProgrammingLine, ProgrammingStep
from budgets.rules.rounds import submitters
from budgets.services.programming_lines import put_line_back, take_line_out
from budgets.services.round_content import digest_of_file, digests_of, steps_of
from budgets.services.rounds import start_next
from common.exceptions import DomainError
from tests.budgets.rounds import Round, make_round

REFUSED = (DomainError, PermissionDenied, ValidationError, IntegrityError)
WHO = st.sampled_from(["manager", "officer", "deputy", "director", "controller"])
PLACE = st.sampled_from([None, 0, 1])
STATES = sorted(VersionState.values)
WRITERS = st.sampled_from(["manager", "officer", "deputy"])
# The step of a version that follows each state, and who takes it.
NEXT = {
    "draft": ("submit", "officer"), "submitted": ("arbitrate", "director"),
    "arbitrated": ("validate", "director"), "validated": ("notify", "officer"),
}  # fmt: skip


class RoundMachine(RuleBasedStateMachine):
    """The whole life of a version and of its successors, whatever is tried on it.

    `frozen` remembers what each version held when it was validated, `lineages` every line ever
    written, `known` the states that were last seen: each change must be one of the legal moves.
    """

    @initialize()
    def begin(self) -> None:
        """Open a round; everything is rolled back at the end."""
        self.whole = transaction.atomic()
        self.whole.__enter__()
        self.held: Round = make_round()
        self.frozen: dict[int, str] = {}
        self.seen: dict[Any, str] = {}
        self.lineages = {line.lineage for line in self.held.lines}
        self.versions = [self.held.version]

    def teardown(self) -> None:
        """Forget the round."""
        if hasattr(self, "whole"):
            transaction.set_rollback(True)
            self.whole.__exit__(None, None, None)

    def attempt(self, work: Any) -> Any:
        """Do something that may be refused; what is refused leaves nothing behind."""
        try:
            with transaction.atomic():
                return work()
        except REFUSED:
            return None

    def project(self, place: int | None) -> Any:
        return None if place is None else self.held.projects[place]

    @rule(verb=st.sampled_from(StepVerb), who=WHO, place=PLACE)
    def any_step(self, verb: StepVerb, who: str, place: int | None) -> None:
        """Anybody tries any step anywhere."""
        self.attempt(lambda: self.held.step(verb.value, who, self.project(place)))
        self.note()

    @rule(verb=st.sampled_from(StepVerb), who=WHO, place=PLACE, behind=st.integers(0, 1))
    def api_step(self, verb: StepVerb, who: str, place: int | None, behind: int) -> None:
        """Anybody tries any step by REST, on the version that is read or on a former one."""
        target: Any = self.held.version if place is None else self.file(place)
        if target is None:
            return
        client = APIClient()
        client.force_authenticate(self.held.people[who])
        kind = "versions" if place is None else "files"
        answer = client.post(
            f"/api/v1/programming-{kind}/{target.pk}/steps/",
            {"verb": verb.value, "reason": "À revoir"},
            format="json",
            headers={"If-Match": f'"{target.version - behind}"'},
        )
        assert answer.status_code in (201, 400, 403, 404, 409, 412), answer.data
        if behind:
            assert answer.status_code != 201
        self.note()

    @rule()
    def advance(self) -> None:
        """The files are submitted and arbitrated, and the version takes its next step."""
        for project in self.held.projects:
            self.attempt(lambda one=project: self.held.step("submit", "manager", one))
            self.attempt(lambda one=project: self.held.step("arbitrate", "director", one))
        self.attempt(lambda: self.held.step("attest", "controller"))
        verb, who = NEXT.get(self.held.version.state, ("archive", "officer"))
        self.attempt(lambda: self.held.step(verb, who))
        self.note()

    def file(self, place: int) -> Any:
        files = ProgrammingFile.objects.filter(programming_version=self.held.version)
        return files.filter(project=self.held.projects[place]).first()

    @rule(who=WRITERS, index=st.integers(0, 5), euros=st.integers(0, 100))
    def edit(self, who: str, index: int, euros: int) -> None:
        """Somebody changes a cell."""
        line = self.line(index)
        if line is None:
            return
        before = self.content(line)
        cells = self.attempt(lambda: self.held.edit(who, line, f"{100 + euros}"))
        if cells is None:
            assert self.content(line) == before
        self.note()

    def line(self, index: int) -> ProgrammingLine | None:
        """Return a line; a version started from one whose lines are all out has none."""
        lines = list(self.held.version.lines.order_by("pk"))
        return lines[index % len(lines)] if lines else None

    def content(self, line: ProgrammingLine) -> Any:
        return ProgrammingAmount.objects.filter(line=line).values_list().order_by("rank").first()

    @rule(who=WRITERS, index=st.integers(0, 5))
    def take_out_or_put_back(self, who: str, index: int) -> None:
        """Somebody takes a line out, or puts it back."""
        line, actor = self.line(index), self.held.people[who]
        if line is None:
            return
        given = {"actor": actor, "line_id": line.pk, "expected_version": line.version}
        if line.taken_out_at:
            self.attempt(lambda: put_line_back(**given))
        else:
            self.attempt(lambda: take_line_out(**given, reason="Abandonné"))
        self.note()

    @precondition(lambda self: len(self.versions) < 3)
    @rule()
    def supersede(self) -> None:
        """The officer starts the next version; the round goes on with it."""
        self.held.version.refresh_from_db()
        if self.held.version.state not in FROZEN_STATES:
            return
        officer = self.held.people["officer"]
        self.held.version = start_next(actor=officer, version_id=self.held.version.pk)
        self.versions.append(self.held.version)
        self.note()

    @rule(state=st.sampled_from(STATES), place=PLACE)
    def raw_state(self, state: str, place: int | None) -> None:
        """Raw SQL puts a version or a file in a state: legal moves pass, the others do not."""
        target: Any = self.held.version if place is None else self.file(place)
        if target is None:
            return
        target.refresh_from_db()
        moved = self.sql(
            f"UPDATE {target._meta.db_table} SET state = '{state}' WHERE id = {target.pk}"
        )
        legal = state == target.state or state in VERSION_MOVES[VersionState(target.state)]
        assert moved == legal
        if moved:
            # Put back: the services go on from what they know.
            self.restore(target)

    def restore(self, target: Any) -> None:
        transaction.savepoint_rollback(self.point)

    def sql(self, statement: str) -> bool:
        """Run raw SQL; whether it passed. `point` is where to come back to."""
        self.point = transaction.savepoint()
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement)
        except IntegrityError:
            transaction.savepoint_rollback(self.point)
            return False
        return True

    @rule(index=st.integers(0, 5), place=st.integers(0, 2))
    def raw_write(self, index: int, place: int) -> None:
        """Raw SQL writes in any version: in none that is frozen."""
        version = self.versions[place % len(self.versions)]
        version.refresh_from_db()
        line = version.lines.order_by("pk").first()
        if line is None:
            return
        statement = (
            f"UPDATE budgets_programmingamount SET proposed_ae = 1 WHERE line_id = {line.pk}",
            f"UPDATE budgets_programmingline SET label = 'x' WHERE id = {line.pk}",
            f"UPDATE budgets_programmingversion SET label = 'x' WHERE id = {version.pk}",
        )[index % 3]
        passed = self.sql(statement)
        assert passed == (version.state not in FROZEN_STATES)
        if passed:
            self.restore(version)

    @rule(verb=st.sampled_from(StepVerb), who=WHO, place=PLACE, left=st.sampled_from(STATES))
    def raw_step(self, verb: StepVerb, who: str, place: int | None, left: str) -> None:
        """Raw SQL forges a step: from where it stands, by who did not submit, or not at all."""
        steps = VERSION_STEPS if place is None else FILE_STEPS
        reached = steps.get(verb, {}).get(VersionState(left), VersionState.DRAFT).value
        project = self.project(place)
        pk = self.held.people[who].pk
        target: Any = self.held.version if place is None else self.file(place)
        passed = self.sql(
            "INSERT INTO budgets_programmingstep (programming_version_id, project_id, verb, "
            "from_state, to_state, actor_id, at, reason, content_digest, request_id) VALUES "
            f"({self.held.version.pk}, {project.pk if project else 'NULL'}, '{verb.value}', "
            f"'{left}', '{reached}', {pk}, '2026-11-27 08:00:00+00:00', 'x', 'd', '')"
        )
        if not passed:
            return
        transaction.savepoint_rollback(self.point)
        target.refresh_from_db()
        assert target.state == left
        assert VersionState(left) in steps[verb]
        if verb in ("arbitrate", "attest", "validate"):
            own = submitters(steps_of(self.held.version.pk), project.pk if project else None)
            assert pk not in own

    def note(self) -> None:
        """Check that each state was left by a legal move, and remember it."""
        for version in self.versions:
            version.refresh_from_db()
            files = ProgrammingFile.objects.filter(programming_version=version)
            for row in (version, *files):
                key = (type(row), row.pk)
                former = VersionState(self.seen.get(key, "draft"))
                self.check_move(former, VersionState(row.state))
                self.seen[key] = row.state

    def check_move(self, former: VersionState, now: VersionState) -> None:
        """One rule may take several steps: `now` is reached from `former` by legal moves."""
        reached, border = {former}, {former}
        while border:
            border = {to for one in border for to in VERSION_MOVES[one]} - reached
            reached |= border
        assert now in reached
        if former in FROZEN_STATES:
            assert STATE_ORDER.index(now) >= STATE_ORDER.index(former)

    @invariant()
    def a_frozen_version_keeps_its_content(self) -> None:
        """From its validation on, the digest of a version never changes."""
        for version in getattr(self, "versions", ()):
            if version.state in FROZEN_STATES:
                digest, _files = digests_of(version.pk)
                assert self.frozen.setdefault(version.pk, digest) == digest

    @invariant()
    def no_line_is_lost(self) -> None:
        """Every line stands in every version of its round, in force or taken out with a reason."""
        if not hasattr(self, "held"):
            return
        first = self.versions[0]
        assert set(first.lines.values_list("lineage", flat=True)) == self.lineages

    @invariant()
    def one_version_at_most_is_of_record(self) -> None:
        """The one of record is the last that was validated."""
        frozen = [one for one in getattr(self, "versions", ()) if one.state in FROZEN_STATES]
        of_record = [one.pk for one in getattr(self, "versions", ()) if one.is_of_record]
        assert of_record == [one.pk for one in frozen[-1:]]

    @invariant()
    def the_trail_tells_the_state(self) -> None:
        """The last step of each file and version ends in its state, on the content it held."""
        for version in getattr(self, "versions", ()):
            steps = ProgrammingStep.objects.filter(programming_version=version).order_by("pk")
            whole = [one for one in steps if one.project_id is None]
            assert version.state == (whole[-1].to_state if whole else "draft")
            for before, after in itertools.pairwise(whole):
                assert after.from_state == before.to_state
            for file in version.files.all():
                own = [one for one in steps if one.project_id == file.project_id]
                state = own[-1].to_state if own else "draft"
                assert file.state in (state, version.state)
                if file.state == "arbitrated" and version.state not in FROZEN_STATES:
                    assert own[-1].content_digest == digest_of_file(file)


WHOLE = os.environ.get("STORM") == "full"
STATE_ORDER = list(VersionState)


@pytest.mark.django_db
def test_a_round_in_any_order_never_skips_loses_or_thaws_anything():
    run_state_machine_as_test(
        RoundMachine,
        settings=settings(
            max_examples=20 if WHOLE else 5,
            stateful_step_count=30 if WHOLE else 20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
