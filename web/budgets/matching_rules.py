"""Matching rules: their list, one of them with what it would attach, their forms."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.enums import Action, Resource
from accounts.permissions import can
from budgets.enums import Operator, WaitingTable
from budgets.models import MatchingRule, NomenclatureNode, WaitingLine
from budgets.rules.matching import COLUMNS as CONDITION_COLUMNS
from budgets.services.attaching import lines_held
from budgets.services.kinds import MATCHING_RULE
from budgets.services.waiting_texts import rule_of
from common.models import RecordState
from projects.models import Project
from records.importing.schema import load_schemas
from web.budgets.attaching import ATTACH, total_of
from web.budgets.columns import project
from web.budgets.tabs import tabs
from web.forms import FilterForm, any_of
from web.imports.words import title_of
from web.listing import ListColumn
from web.lists import ListView
from web.mixins import PageView
from web.owned.forms import OwnedForm
from web.owned.pages import OwnedPages
from web.owned.views import OwnedCreateView, owned_actions

# How many conditions the form shows.
_CONDITIONS = 3
# What a rule made from a line begins with: the first of these columns that the line fills.
_TELLING = ("cost_centre", "activity", "supplier", "legal_reference", "commitment", "label")


def column_titles() -> dict[str, str]:
    """Return the titles of the columns that conditions read, in the language of the page."""
    titles: dict[str, str] = {}
    for table in WaitingTable.values:
        for field in load_schemas()[table].fields:
            titles.setdefault(field.name, field.title)
    return {name: title_of(titles[name]) for name in CONDITION_COLUMNS}


def words_of(conditions: list[dict[str, str]]) -> str:
    """Return the conditions of a rule in a sentence."""
    titles = column_titles()
    told = [
        f"{titles.get(one['column'], one['column'])} {Operator(one['operator']).label}"
        f" « {one['text']} »"
        for one in conditions
    ]
    return (" " + _("and") + " ").join(told)


class MatchingRuleForm(OwnedForm):
    """What people edit of a matching rule; `conditions` are made of the rows that are filled."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    table = forms.ChoiceField(
        label=gettext_lazy("Ledger"),
        required=False,
        choices=[("", gettext_lazy("any")), *WaitingTable.choices],
    )
    node: forms.ModelChoiceField[NomenclatureNode] = forms.ModelChoiceField(
        label=gettext_lazy("Attached to the node"),
        queryset=NomenclatureNode.objects.none(),
        required=False,
    )
    project: forms.ModelChoiceField[Project] = forms.ModelChoiceField(
        label=gettext_lazy("Attached to the project"),
        queryset=Project.objects.none(),
        required=False,
    )
    commitment = forms.CharField(
        label=gettext_lazy("Attached to the commitment (source reference)"),
        max_length=80,
        required=False,
    )
    position = forms.IntegerField(
        label=gettext_lazy("Position"), min_value=0, max_value=32_000, initial=100,
        help_text=gettext_lazy("Rules are tried from the lowest to the highest."),
    )  # fmt: skip
    is_automatic = forms.BooleanField(
        label=gettext_lazy("Apply it at import, without asking"), required=False
    )

    def __init__(self, data: Any = None, *, user: Any, initial: Any = None) -> None:
        given = dict(initial or {})
        conditions = given.get("conditions") or []
        for index, condition in enumerate(conditions[:_CONDITIONS]):
            given |= {f"{part}-{index}": condition[part] for part in _PARTS}
        super().__init__(data, initial=given)
        nodes = NomenclatureNode.objects.visible_to(user).order_by("code")
        self.fields["node"].queryset = nodes  # type: ignore[attr-defined]
        projects = Project.objects.visible_to(user).order_by("code")
        self.fields["project"].queryset = projects  # type: ignore[attr-defined]
        self._add_conditions()

    def _add_conditions(self) -> None:
        """Put the rows of conditions after the ledger."""
        names = list(self.fields)
        place = names.index("table") + 1
        rows: dict[str, forms.Field] = {}
        columns = [("", gettext_lazy("no condition")), *column_titles().items()]
        for index in range(_CONDITIONS):
            number = {"number": index + 1}
            rows[f"column-{index}"] = forms.ChoiceField(
                label=_("Condition %(number)d: column") % number, choices=columns, required=False
            )
            rows[f"operator-{index}"] = forms.ChoiceField(
                label=_("Condition %(number)d: comparison") % number,
                choices=Operator.choices,
                required=False,
            )
            rows[f"text-{index}"] = forms.CharField(
                label=_("Condition %(number)d: text") % number, max_length=200, required=False
            )
        before, after = names[:place], names[place:]
        self.fields = (
            {name: self.fields[name] for name in before}
            | rows
            | {name: self.fields[name] for name in after}
        )

    def clean(self) -> dict[str, Any]:
        """Turn the rows into conditions."""
        cleaned = super().clean() or self.cleaned_data
        conditions = []
        for index in range(_CONDITIONS):
            found = {part: cleaned.pop(f"{part}-{index}", "") for part in _PARTS}
            if found["column"]:
                conditions.append(found)
                if not found["text"].strip():
                    self.add_error(f"text-{index}", _("Say what the text is compared with."))
        if not conditions:
            self.add_error("column-0", _("A rule has one condition at least."))
        cleaned["conditions"] = conditions
        return cleaned


_PARTS = ("column", "operator", "text")

RULE_PAGES = OwnedPages(
    kind=MATCHING_RULE,
    resource=Resource.MATCHING_RULE,
    section="movements",
    name="matching_rule",
    list_name="matching_rules",
    form_class=MatchingRuleForm,
    words={
        "create": gettext_lazy("Create a matching rule"),
        "edit": gettext_lazy("Edit the rule"),
        "list": gettext_lazy("Matching rules"),
    },
)


class RuleCreateView(OwnedCreateView):
    """A new rule, empty or made from a line; it may be tried before it is created."""

    template_name = "web/budgets/rule_form.html"
    preview: dict[str, Any] | None = None

    def form(self, data: Any = None) -> forms.Form:
        """Return the form, begun with what the line says."""
        form = super().form(data)
        if data is None:
            form.initial = {**form.initial, **self._from_line()}
        return form

    def _from_line(self) -> dict[str, Any]:
        told = self.request.GET.get("line", "")
        if not told.isdecimal() or len(told) > 18:
            return {}
        rows = WaitingLine.objects.all().visible_to(self.request.user)
        line = rows.filter(pk=int(told)).first()
        column = next((name for name in _TELLING if line and line.values.get(name)), "")
        if line is None or not column:
            return {}
        text = line.values[column]
        return {
            "code": slugify(f"{column}-{text}").upper()[:40].strip("-"),
            "name": f"{column_titles()[column]} {text}"[:120],
            "table": line.table,
            "column-0": column,
            "operator-0": Operator.IS,
            "text-0": text,
        }

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Create the rule, or tell what it would attach and create nothing."""
        if "preview" not in request.POST:
            return super().post(request, *args, **kwargs)
        form = self.form(request.POST)
        if form.is_valid():
            names = MATCHING_RULE.editable & form.cleaned_data.keys()
            rule = MatchingRule(pk=0, **{name: form.cleaned_data[name] for name in names})
            self.preview = preview_of(request.user, rule)
        status = 200 if form.is_valid() else 422
        return self.page({"form": form, **self.shown(form)}, status=status)

    def shown(self, form: forms.Form) -> dict[str, Any]:
        """Add what the rule would attach."""
        return {**super().shown(form), "preview": self.preview}


def preview_of(user: Any, rule: MatchingRule) -> dict[str, Any]:
    """Return how many lines a rule would attach today, and for how much."""
    lines = lines_held(user, rule_of(rule))
    return {"count": len(lines), "total": total_of(lines), "lines": lines[:10]}


class RuleFilterForm(FilterForm):
    """Filters of the matching rules."""

    origin = None  # type: ignore[assignment]
    state = forms.ChoiceField(
        label=gettext_lazy("State"), required=False, choices=any_of(RecordState.choices)
    )


COLUMNS = (
    ListColumn(
        "code",
        gettext_lazy("Code"),
        lambda row: row.code,
        url=RULE_PAGES.sheet,
        order=("code",),
        is_header=True,
    ),
    ListColumn("name", gettext_lazy("Name"), lambda row: row.name, order=("name",)),
    ListColumn(
        "position",
        gettext_lazy("Position"),
        lambda row: row.position,
        show="number",
        kind="integer",
        order=("position", "pk"),
    ),
    ListColumn(
        "table",
        gettext_lazy("Ledger"),
        lambda row: row.table or None,
        label=lambda row: row.get_table_display(),
        order=("table",),
    ),
    ListColumn("conditions", gettext_lazy("Conditions"), lambda row: words_of(row.conditions)),
    ListColumn(
        "node",
        gettext_lazy("Nomenclature"),
        lambda row: row.node.code if row.node else None,
        order=("node__code",),
    ),
    project(lambda row: row.project, "project__code"),
    ListColumn(
        "commitment", gettext_lazy("Commitment (source reference)"), lambda row: row.commitment
    ),
    ListColumn(
        "is_automatic",
        gettext_lazy("Applied at import"),
        lambda row: row.is_automatic,
        kind="boolean",
        label=lambda row: _("yes") if row.is_automatic else _("no"),
    ),
    ListColumn(
        "state",
        gettext_lazy("State"),
        lambda row: row.state,
        label=lambda row: row.get_state_display(),
        order=("state",),
    ),
)


class RulesView(ListView):
    """The saved rules by which lines are attached."""

    section = "movements"
    name = "matching_rules"
    tabs = "budget"
    needs = (Action.READ, Resource.MATCHING_RULE)
    resource = Resource.MATCHING_RULE
    title = gettext_lazy("Matching rules")
    caption = gettext_lazy("Rules by which lines of extracts are attached, as they are tried")
    columns = COLUMNS
    form_class = RuleFilterForm
    default_sort = "position"
    empty = gettext_lazy("No rule is saved yet: make one from a line to attach.")

    def rows(self, filters: dict[str, Any]) -> QuerySet[Any]:
        """Return the rules that the filters keep."""
        rows = MatchingRule.objects.all().visible_to(self.request.user)
        if "state" in filters:
            rows = rows.filter(state=filters["state"])
        if "q" in filters:
            rows = rows.filter(name__icontains=filters["q"])
        return rows.select_related("node", "project")

    def more(self) -> dict[str, Any]:
        """Return the tabs of the section, and the way to a new one."""
        create = can(self.request.user, Action.CREATE, Resource.MATCHING_RULE)
        return {
            **tabs("matching_rules"),
            "create_url": reverse("web:matching_rule_create") if create else "",
            "create_label": _("Create a matching rule"),
        }


class RuleView(PageView):
    """One rule, and what it would attach today."""

    section = "movements"
    template_name = "web/budgets/matching_rule.html"
    needs = (Action.READ, Resource.MATCHING_RULE)

    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        """Show the rule."""
        rule = RULE_PAGES.visible(request.user, code)
        may = rule.state == RecordState.OPEN and can(request.user, *ATTACH)
        return self.page(
            {
                "record": rule,
                "conditions": words_of(rule.conditions),
                "preview": preview_of(request.user, rule) if may else None,
                **owned_actions(RULE_PAGES, request.user, rule),
            }
        )
