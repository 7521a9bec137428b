"""What people own of the nomenclature: form and addresses (`web.owned`)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.enums import Action, Resource
from budgets.enums import NomenclatureKind
from budgets.models import NomenclatureNode
from budgets.services.activities import copy_activities
from budgets.services.kinds import NOMENCLATURE
from common.fiscal import today
from web.facts import FIRST_YEAR, LAST_YEAR
from web.fields import DayField
from web.forms import PageForm
from web.mixins import ServiceFormView
from web.owned.forms import OwnedForm
from web.owned.pages import OwnedPages


class NomenclatureEditForm(OwnedForm):
    """What people edit of a node of the nomenclature."""

    name = forms.CharField(label=_("Name"), max_length=200)
    kind = forms.ChoiceField(label=_("Kind"), choices=NomenclatureKind.choices)
    parent: forms.ModelChoiceField[NomenclatureNode] = forms.ModelChoiceField(
        label=_("Stands below"), queryset=NomenclatureNode.objects.none(), required=False
    )
    external_code = forms.CharField(
        label=_("Code in the accounting system"),
        max_length=30,
        required=False,
        help_text=_("Financial centre of a UO, functional domain of an action, activity…"),
    )
    fiscal_year = forms.IntegerField(
        label=_("Fiscal year"),
        required=False,
        min_value=FIRST_YEAR,
        max_value=LAST_YEAR,
        help_text=_("Of an activity: each exercise has its own tree."),
    )
    valid_from = DayField(label=_("Valid from"), required=False, help_text=_("DD/MM/YYYY"))
    valid_to = DayField(label=_("Valid to"), required=False, help_text=_("DD/MM/YYYY"))
    field_order = [
        "version", "name", "kind", "parent", "external_code", "fiscal_year",
        "valid_from", "valid_to", "reason",
    ]  # fmt: skip

    def __init__(self, data: Any = None, *, user: Any, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        nodes = NomenclatureNode.objects.visible_to(user).order_by("code")
        self.fields["parent"].queryset = nodes  # type: ignore[attr-defined]


NOMENCLATURE_PAGES = OwnedPages(
    kind=NOMENCLATURE,
    resource=Resource.NOMENCLATURE,
    section="movements",
    name="nomenclature_node",
    list_name="nomenclature",
    form_class=NomenclatureEditForm,
    words={
        "create": _("Create a node of the nomenclature"),
        "edit": _("Edit the node"),
        "list": _("Nomenclature"),
    },
)


class CopyForm(PageForm):
    """The exercise whose activities are copied, and the one that receives them."""

    from_year = forms.IntegerField(
        label=_("From the exercise"), min_value=FIRST_YEAR, max_value=LAST_YEAR
    )
    to_year = forms.IntegerField(
        label=_("To the exercise"), min_value=FIRST_YEAR, max_value=LAST_YEAR
    )


class CopyActivitiesView(ServiceFormView):
    """Copy the activities of an exercise to another one."""

    section = "movements"
    template_name = "web/owned/form.html"
    needs = (Action.CREATE, Resource.NOMENCLATURE)

    def form(self, data: Any = None) -> forms.Form:
        """Propose the next exercise."""
        year = today().year
        return CopyForm(data, initial={"from_year": year, "to_year": year + 1})

    def decide(self, cleaned: dict[str, Any]) -> Any:
        """Copy them."""
        return copy_activities(actor=self.request.user, **cleaned)

    def after(self, result: Any) -> tuple[str, str]:
        """Tell how many, and show the nomenclature."""
        told = gettext("%(created)s activities were copied, %(known)s were there already.")
        counts = {"created": result.created, "known": result.known}
        return told % counts, reverse("web:nomenclature") + "?kind=activity"

    def shown(self, form: forms.Form) -> dict[str, Any]:
        """Name the page."""
        return {
            "title": gettext("Copy the activities of an exercise"),
            "submit": gettext("Copy"),
            "list_url": reverse("web:nomenclature"),
            "words": NOMENCLATURE_PAGES.words,
        }
