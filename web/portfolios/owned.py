"""What people own of the portfolio tree: form and addresses (`web.owned`)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext_lazy as _

from accounts.enums import Action, Resource
from accounts.permissions import scopes_of
from projects.enums import NodeKind
from projects.models import PortfolioNode
from projects.services.kinds import PORTFOLIO_NODES
from web.owned.forms import OwnedForm
from web.owned.pages import OwnedPages


class PortfolioEditForm(OwnedForm):
    """What people edit of a portfolio node."""

    name = forms.CharField(label=_("Name"), max_length=200)
    kind = forms.ChoiceField(label=_("Kind"), choices=NodeKind.choices)
    parent: forms.ModelChoiceField[PortfolioNode] = forms.ModelChoiceField(
        label=_("Stands below"), queryset=PortfolioNode.objects.none(), required=False
    )
    field_order = ["version", "name", "kind", "parent", "reason"]

    def __init__(self, data: Any = None, *, user: Any, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        nodes = PortfolioNode.objects.visible_to(user).order_by("code")
        self.fields["parent"].queryset = nodes  # type: ignore[attr-defined]


def place_node(user: Any, fields: dict[str, Any]) -> None:
    """A node has the origin of the one above it; a new root needs a right on everything."""
    parent = fields["parent"]
    if parent is None:
        if not scopes_of(user, Action.CREATE, Resource.PORTFOLIO).everywhere:
            raise PermissionDenied
        return
    if not PortfolioNode.objects.all().allowing(user, Action.CREATE).filter(pk=parent.pk).exists():
        raise PermissionDenied
    fields["data_origin"] = parent.data_origin


PORTFOLIO_PAGES = OwnedPages(
    kind=PORTFOLIO_NODES,
    resource=Resource.PORTFOLIO,
    section="projects",
    name="portfolio",
    list_name="portfolios",
    form_class=PortfolioEditForm,
    words={
        "create": _("Create a portfolio or a programme"),
        "edit": _("Edit the portfolio node"),
        "list": _("Portfolios"),
    },
    complete=place_node,
)
