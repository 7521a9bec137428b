"""What people own of the portfolio tree: form and addresses (`web.owned`)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.enums import Resource
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
        above = (initial or {}).get("parent")
        if above is not None and not nodes.filter(pk=above.pk).exists():
            # A node placed by somebody with a wider right stays where it is.
            del self.fields["parent"]


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
)
