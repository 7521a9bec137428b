"""The tables of the projects room in a folder of import tables (docs/imports.md)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from accounts.enums import Action, Resource
from accounts.models import User
from common.models import RecordState
from common.tabular.parsing import normalise_title
from projects.importers.portfolio_checks import check_plans, check_schedules
from projects.models import (
    Baseline,
    Estimate,
    Ministry,
    MinistryName,
    PlannedValue,
    PortfolioNode,
    ProgressReport,
    Project,
    ProjectAlias,
)
from projects.panorama.reference import ministry_labels
from projects.services.figures import mark_figures_changed
from projects.services.ministries import ensure_ministries
from records.enums import RowChange
from records.importing.stage import StagedRow
from records.services.editable import RecordTable
from records.services.facts import FactTable
from records.services.plan import Changes, Found, Plan, Room, Undoing, Writer, chunks
from records.services.references import check_trees

_PROJECT = ("project", "projects", ("project",))


class PortfolioTable(RecordTable):
    """Nodes of the portfolio tree."""

    name = "portfolios"
    needs = (Action.CREATE, Resource.PORTFOLIO)
    model = PortfolioNode
    columns = {"name": "name", "kind": "kind", "data_origin": "data_origin"}
    references = {"parent": ("parent", "portfolios", "code")}
    related = ("parent",)
    is_tree = True


class ProjectTable(RecordTable):
    """Projects; ministries and managers are recognised by their names."""

    name = "projects"
    needs = (Action.CREATE, Resource.PROJECT)
    model = Project
    columns = {
        name: name
        for name in (
            "title",
            "supervising_authority",
            "phase",
            "functional_zone",
            "funding",
            "is_interministerial",
            "started_on",
            "description",
        )
    }
    references = {
        "portfolio": ("node", "portfolios", "code"),
        "ministry": ("ministry", "ministries", "code"),
        "manager": ("manager", "users", "username"),
    }
    related = ("node", "ministry", "manager")
    subject_kind = "project"

    def origin(self, row: StagedRow) -> str:
        """A project takes the origin of its node."""
        return self.plan.origin_of("portfolios", (row.values["portfolio"],))

    def prepare(self, known: dict[str, Project]) -> None:
        """Recognise ministries and managers, and read the aliases of known projects."""
        self._recognise_ministries()
        self._recognise_managers()
        self.aliases: dict[str, set[str]] = {}
        ids = {record.pk: code for code, record in known.items()}
        for some in chunks(ids):
            aliases = ProjectAlias.objects.filter(project__in=some).order_by()
            for project_id, title in aliases.values_list("project_id", "normalised_title"):
                self.aliases.setdefault(ids[project_id], set()).add(title)

    def _rows_with(self, column: str) -> list[StagedRow]:
        staged = self.plan.stage.tables[self.name]
        return [row for row in staged.rows if row.values[column] and column not in row.bad]

    def _recognise_ministries(self) -> None:
        """Replace the published name of a ministry by its code; an unknown one is a fault."""
        labels = {normalise_title(label.label): label.code for label in ministry_labels()}
        labels |= {normalise_title(label.code): label.code for label in ministry_labels()}
        names = MinistryName.objects.order_by("pk").values_list(
            "normalised_label", "ministry__code"
        )
        labels |= dict(names)
        labels |= {normalise_title(code): code for code in _ministry_codes()}
        for row in self._rows_with("ministry"):
            code = labels.get(normalise_title(row.values["ministry"]))
            if code is None:
                message = _("No ministry has this code or this name.")
                self.plan.stage.fault(self.name, row, "ministry", "unknown_ministry", message)
            else:
                row.values["ministry"] = code

    def _recognise_managers(self) -> None:
        """Look managers up by user name; an unknown one is a warning, and nobody is named."""
        rows = self._rows_with("manager")
        users: dict[str, int] = {}
        for some in chunks({row.values["manager"] for row in rows}):
            users |= dict(User.objects.filter(username__in=some).values_list("username", "pk"))
        self.plan.found["users"] = {(name,): Found(pk) for name, pk in users.items()}
        for row in rows:
            if row.values["manager"] not in users:
                message = _("No user has this name: the project has no manager.")
                self.plan.stage.fault(
                    self.name, row, "manager", "unknown_user", message, is_warning=True
                )
                row.values["manager"] = ""

    def current(self, record: Project, column: str) -> Any:
        """Return the value of a project as the file would write it."""
        if column == "aliases":
            return None
        return super().current(record, column)

    def changed_columns(self, row: StagedRow, record: Project) -> set[str]:
        """Return what differs; aliases are only added."""
        changed = super().changed_columns(row, record) - {"aliases"}
        known = self.aliases.get(record.code, set()) | {record.normalised_title}
        if any(normalise_title(title) not in known for title in row.values["aliases"]):
            changed.add("aliases")
        return changed

    def accepts(self, row: StagedRow, record: Project, changed: set[str]) -> bool:
        """A closed project is read only."""
        if record.state == RecordState.OPEN:
            return True
        message = _("The project is closed: it can no longer be changed.")
        self.plan.stage.fault(self.name, row, sorted(changed)[0], "project_closed", message)
        return False

    def complete(self, record: Project, row: StagedRow) -> None:
        """Keep the key by which titles are compared."""
        record.normalised_title = normalise_title(record.title)

    def derived(self) -> set[str]:
        """Return the fields that `complete` sets."""
        return {"normalised_title"}

    @classmethod
    def derived_values(cls, record: Project) -> dict[str, Any]:
        """Return the key by which titles are compared."""
        return {"normalised_title": normalise_title(record.title)}

    def values_of(self, record: Project, columns: set[str]) -> dict[str, Any]:
        """Return the values of a known project; aliases by the key by which they are compared."""
        values = super().values_of(record, columns)
        if "aliases" in values:
            values["aliases"] = self.aliases.get(record.code, set())
        return values

    @classmethod
    def restore_links(cls, record: Project, column: str, trace: Any) -> None:
        """Remove the aliases that a batch added."""
        told = {normalise_title(title) for title in trace.after[column]}
        added = record.aliases.filter(normalised_title__in=told - set(trace.before[column]))
        added.delete()

    @classmethod
    def undo(cls, undoing: Undoing) -> list[str]:
        """Undo the projects, and note those whose figures change."""
        kept = undoing.batch.rows.filter(table=cls.name, change=RowChange.UPDATED)
        undoing.touched_projects |= set(kept.values_list("object_id", flat=True))
        return super().undo(undoing)

    def apply(self, changes: Changes, writer: Writer) -> None:
        """Write the projects; the ministries of the table kept as data are created if missing."""
        ministries = ensure_ministries() if self._rows_with("ministry") else {}
        self.plan.found["ministries"] = {
            (code,): Found(ministry.pk) for code, ministry in ministries.items()
        }
        super().apply(changes, writer)

    def write_links(self, rows: list[tuple[StagedRow, int]]) -> None:
        """Add the missing aliases, and note that the figures change."""
        for _row, pk in rows:
            self.plan.touch(pk)
        ProjectAlias.objects.bulk_create(
            [
                ProjectAlias(project_id=pk, title=title, normalised_title=normalise_title(title))
                for row, pk in rows
                for title in row.values["aliases"]
                if normalise_title(title) != normalise_title(row.values["title"] or "")
            ],
            ignore_conflicts=True,
        )


def _ministry_codes() -> list[str]:
    return list(Ministry.objects.order_by("code").values_list("code", flat=True))


def _paths(*columns: str, **others: str) -> dict[str, str]:
    """Return the lookups of columns: their own name, but for those given."""
    return {column: others.get(column, column) for column in columns}


class _OfProject(FactTable):
    """Facts of a project."""

    def reached(self, user: Any) -> Callable[[StagedRow], bool]:
        """Tell the rows of the projects on which `user` may do what the table needs."""
        projects = Project.objects.allowing(user, self.needs[0])
        codes = set(projects.values_list("code", flat=True))
        return lambda row: row.values["project"] in codes


class BaselineTable(_OfProject):
    """Baselines."""

    name = "baselines"
    needs = (Action.VALIDATE, Resource.PROJECT)
    model = Baseline
    paths = _paths(
        "project", "number", "name", "approved_on", "decision_reference", "full_cost",
        "start_on", "end_on", "reason", project="project__code",
    )  # fmt: skip
    references = (_PROJECT,)
    is_originated = False
    origin_path = "project__data_origin"


class PlannedValueTable(_OfProject):
    """Monthly planned values; they have the provenance of their baseline."""

    name = "planned_values"
    needs = (Action.VALIDATE, Resource.PROJECT)
    model = PlannedValue
    paths = _paths(
        "project", "baseline", "month", "amount",
        project="baseline__project__code", baseline="baseline__number",
    )  # fmt: skip
    references = (("baseline", "baselines", ("project", "baseline")),)
    is_originated = False
    has_source = False
    batch_path = "baseline__batch_id"
    line_path = ""
    project_path = "baseline__project_id"


class ProgressTable(_OfProject):
    """Progress reports."""

    name = "progress"
    needs = (Action.REPORT, Resource.PROJECT)
    model = ProgressReport
    paths = _paths(
        "source_reference", "project", "reported_on", "percent_complete", "weather", "comment",
        project="project__code",
    )  # fmt: skip
    references = (_PROJECT,)


class EstimateTable(_OfProject):
    """Estimates of cost and end date."""

    name = "estimates"
    needs = (Action.ESTIMATE, Resource.PROJECT)
    model = Estimate
    paths = _paths(
        "source_reference", "project", "edition_on", "full_cost", "end_on", "duration_months",
        "reason", project="project__code",
    )  # fmt: skip
    references = (_PROJECT,)


def check(plan: Plan) -> None:
    """Check the tree, the dates against the start of the projects, the plans against their cost."""
    if "portfolios" in plan.stage.tables:
        nodes = PortfolioNode.objects.order_by()
        check_trees(plan, "portfolios", dict(nodes.values_list("code", "parent__code")))
    check_schedules(plan)
    check_plans(plan)


def finish(plan: Plan, writer: Writer) -> None:
    """Make edits begun before the import stale, then mark the figures as changed, once."""
    added: set[int] = set()
    for name in ("baselines", "progress", "estimates"):
        if name in plan.changes:
            keys = {(row.values["project"],) for row in plan.changes[name].created}
            added |= {plan.found["projects"][key].pk for key in keys}
    if "projects" in plan.changes:
        changes = plan.changes["projects"]
        added -= {record.pk for _row, record, _changed in changes.updated}
        added -= {plan.found["projects"][row.key(("code",))].pk for row in changes.created}
    for some in chunks(sorted(added)):
        Project.objects.filter(pk__in=some).update(version=F("version") + 1)
    mark_figures_changed(plan.touched_projects, actor=writer.actor)


def undone(undoing: Undoing) -> None:
    """Make edits begun before the undo stale, and mark the figures as changed, once."""
    left = Project.objects.filter(pk__in=undoing.touched_projects)
    ids = set(left.values_list("pk", flat=True))
    for some in chunks(sorted(ids)):
        Project.objects.filter(pk__in=some).update(version=F("version") + 1)
    mark_figures_changed(ids, actor=undoing.actor)


ROOM = Room(
    (
        PortfolioTable,
        ProjectTable,
        BaselineTable,
        PlannedValueTable,
        ProgressTable,
        EstimateTable,
    ),
    check=check,
    finish=finish,
    undone=undone,
)
