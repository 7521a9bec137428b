"""Saved views of the lists: a name for an address, mine or my team's."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from common.models import Versioned


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    """Saved views by list and by person."""

    def of_list(self, list_name: str) -> SavedViewQuerySet:
        """Keep the views of one list."""
        return self.filter(list_name=list_name)

    def owned_by(self, user: Any) -> SavedViewQuerySet:
        """Keep the views of one person."""
        return self.filter(owner_id=user.pk)


class SavedView(Versioned):
    """The filters, the sort and the columns of a list, as the query of its address.

    It holds no row: whoever opens it reads the list within their own rights.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("owner"),
        on_delete=models.CASCADE,
        related_name="saved_views",
    )
    list_name = models.CharField(_("list"), max_length=40)
    name = models.CharField(_("name"), max_length=80)
    query = models.CharField(_("query of the address"), max_length=2000, blank=True)
    is_shared = models.BooleanField(_("shared with my team"), default=False)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = ["list_name", "name", "pk"]
        constraints = [
            models.UniqueConstraint(
                "owner",
                "list_name",
                Lower("name"),
                name="accounts_savedview_name_once",
                violation_error_message=_("You have a view of this name already."),
            ),
            models.CheckConstraint(
                name="accounts_savedview_named",
                condition=~Q(name=""),
                violation_error_message=_("A view has a name."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class DefaultView(models.Model):
    """The view that a person wants first on a list."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        on_delete=models.CASCADE,
        related_name="default_views",
    )
    list_name = models.CharField(_("list"), max_length=40)
    view = models.ForeignKey(
        SavedView, verbose_name=_("saved view"), on_delete=models.CASCADE, related_name="+"
    )

    class Meta:
        verbose_name = _("default view")
        verbose_name_plural = _("default views")
        ordering = ["user_id", "list_name"]
        constraints = [
            models.UniqueConstraint(
                name="accounts_defaultview_one_per_list",
                fields=["user", "list_name"],
                violation_error_message=_("A list has one default view per person."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.list_name}"
