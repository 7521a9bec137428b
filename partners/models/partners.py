"""Partners: companies, operators, academies, local authorities…"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.enums import Action, Reach, Resource
from accounts.permissions import scopes_of
from accounts.scoping import rows_within
from common.identifiers import is_valid_siret
from common.models import Lifecycle, Originated, RequestTrace, Versioned, ended_has_date
from partners.enums import IdentifierKind, PartnerKind
from projects.models import Project


class PartnerQuerySet(models.QuerySet["Partner"]):
    """Partners by right."""

    def visible_to(self, user: Any) -> PartnerQuerySet:
        """Keep the partners that `user` may read.

        All, the holders of contracts of reached projects, or the own entity.
        """
        return self.allowing(user, Action.READ)

    def allowing(self, user: Any, action: str) -> PartnerQuerySet:
        """Keep the partners on which `user` may do `action`."""
        scopes = scopes_of(user, action, Resource.PARTNER)
        if scopes.everywhere:
            return self
        if scopes.empty:
            return self.none()
        reached = Project.objects.within(scopes.only(Reach.NODE, Reach.OWN), user)
        holding = self.model.objects.filter(contracts__projects__in=reached).values("pk")
        own = rows_within(scopes, "partners.partner", user)
        return self.filter(Q(pk__in=holding) | own)


class Partner(Versioned, Originated, Lifecycle):
    """A body that the directorate works with; a SIRET is checked, an example bears none."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=16, choices=PartnerKind)
    identifier_kind = models.CharField(
        _("kind of identifier"),
        max_length=8,
        choices=IdentifierKind,
        default=IdentifierKind.SIRET,
    )
    identifier = models.CharField(_("identifier"), max_length=40, blank=True)
    country = models.CharField(_("country"), max_length=2, default="FR")

    objects = PartnerQuerySet.as_manager()
    history = HistoricalRecords(bases=[RequestTrace])

    class Meta:
        verbose_name = _("partner")
        verbose_name_plural = _("partners")
        ordering = ["code"]
        constraints = [ended_has_date("partners_partner_ended_has_date")]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse a SIRET whose key is wrong."""
        super().clean()
        wrong = self.identifier_kind == IdentifierKind.SIRET and self.identifier
        if wrong and not is_valid_siret(self.identifier):
            raise ValidationError({"identifier": _("This SIRET is not valid.")})
