"""A new version of the programming."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.enums import Action, Resource
from accounts.permissions import can
from budgets.enums import VersionBasis, VersionKind
from budgets.models import ProgrammingVersion
from budgets.services.programming_versions import create_version
from common.fiscal import today
from common.models import DataOrigin
from web.facts import FIRST_YEAR, LAST_YEAR
from web.fields import DayField
from web.forms import PageForm
from web.mixins import ServiceFormView
from web.programming.finding import version_url


def may_create(user: Any) -> bool:
    """Whether a person starts versions: a controller makes simulations, not versions."""
    resource = Resource.PROGRAMMING_VERSION
    return can(user, Action.CREATE, resource) and can(user, Action.SUBMIT, resource)


class VersionForm(PageForm):
    """What a version is of, and what it is started from."""

    fiscal_year = forms.IntegerField(
        label=gettext_lazy("Fiscal year"), min_value=FIRST_YEAR, max_value=LAST_YEAR
    )
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=VersionKind.choices)
    basis = forms.ChoiceField(
        label=gettext_lazy("Started from"),
        choices=VersionBasis.choices,
        initial=VersionBasis.VERSION,
    )
    former: forms.ModelChoiceField[ProgrammingVersion] = forms.ModelChoiceField(
        label=gettext_lazy("Former version"),
        queryset=ProgrammingVersion.objects.none(),
        required=False,
        help_text=gettext_lazy("Only when the new one is started from it."),
    )
    label = forms.CharField(label=gettext_lazy("Label"), max_length=120, required=False)
    data_on = DayField(
        label=gettext_lazy("Date of the data"),
        required=False,
        help_text=gettext_lazy("DD/MM/YYYY"),
    )
    data_origin = forms.ChoiceField(
        label=gettext_lazy("Data origin"),
        choices=[choice for choice in DataOrigin.choices if choice[0] != DataOrigin.PUBLISHED],
        initial=DataOrigin.OPERATIONAL,
    )

    def __init__(self, data: Any = None, *, user: Any, initial: dict[str, Any]) -> None:
        super().__init__(data, initial=initial)
        rows = ProgrammingVersion.objects.visible_to(user)
        former: Any = self.fields["former"]
        former.queryset = rows.order_by("-fiscal_year", "-number")
        former.label_from_instance = lambda row: f"{row.code} · {row.get_kind_display()}"


class VersionCreateView(ServiceFormView):
    """Start a version."""

    section = "movements"
    template_name = "web/owned/form.html"
    needs = (Action.CREATE, Resource.PROGRAMMING_VERSION)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Refuse who makes simulations only."""
        if not may_create(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def form(self, data: Any = None) -> forms.Form:
        """Propose the exercise that follows the last version, from that version."""
        rows = ProgrammingVersion.objects.visible_to(self.request.user)
        last = rows.order_by("-fiscal_year", "-number").first()
        initial: dict[str, Any] = {"fiscal_year": today().year + 1, "basis": VersionBasis.EMPTY}
        if last is not None:
            initial = {
                "fiscal_year": last.fiscal_year,
                "kind": next_kind(last.kind),
                "basis": VersionBasis.VERSION,
                "former": last.pk,
                "data_origin": last.data_origin,
            }
        return VersionForm(data, user=self.request.user, initial=initial)

    def decide(self, cleaned: dict[str, Any]) -> ProgrammingVersion:
        """Create it with its lines."""
        return create_version(actor=self.request.user, **cleaned)

    def after(self, result: ProgrammingVersion) -> tuple[str, str]:
        """Show its grid."""
        return _("%(code)s is created.") % {"code": result.code}, version_url(
            result, "programming_version"
        )

    def shown(self, form: forms.Form) -> dict[str, Any]:
        """Name the page."""
        return {
            "title": _("New version of the programming"),
            "submit": _("Create the version"),
            "list_url": reverse("web:programming"),
            "words": {"list": _("Programming")},
        }


def next_kind(kind: str) -> str:
    """Return the kind that usually follows another (domain §1.9)."""
    kinds = VersionKind.values
    return kinds[min(kinds.index(kind) + 1, len(kinds) - 1)]
