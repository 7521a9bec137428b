"""What attachments and comments share: their object, their author, their withdrawal, their rows."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.enums import Action, Reach
from accounts.permissions import scopes_of
from records.subjects import about_visible_subjects


class AnnotationQuerySet(models.QuerySet[Any]):
    """Rows by right: on objects that are seen, inside the reach; a partner sees what is shared."""

    resource = ""

    def visible_to(self, user: Any) -> AnnotationQuerySet:
        """Keep the rows that `user` may read."""
        return self.allowing(user, Action.READ)

    def allowing(self, user: Any, action: str, kind: str = "") -> AnnotationQuerySet:
        """Keep the rows on which `user` may do `action`, of one kind of object or of all."""
        if scopes_of(user, action, self.resource).empty:
            return self.none()
        rows = self.filter(about_visible_subjects(user, action, self.resource, kind=kind))
        if is_outside_the_house(user, self.resource):
            rows = rows.filter(Q(is_shared=True) | Q(author_id=user.pk))
        return rows

    def of_kind(self, user: Any, kind: str) -> AnnotationQuerySet:
        """Keep the rows about objects of one kind that `user` may read."""
        return self.allowing(user, Action.READ, kind)

    def on(self, kind: str, code: str) -> AnnotationQuerySet:
        """Keep the rows about one object."""
        return self.filter(subject_kind=kind, subject_code=code)


def is_outside_the_house(user: Any, resource: str) -> bool:
    """Whether `user` reads as a partner: what the house says among itself is not for them."""
    scopes = scopes_of(user, Action.READ, resource)
    return not scopes.everywhere and set(scopes.codes) == {Reach.ENTITY}


class About(models.Model):
    """About one object, known by its kind and code."""

    subject_kind = models.CharField(_("kind of object"), max_length=24)
    subject_code = models.CharField(_("code of the object"), max_length=80)

    class Meta:
        abstract = True


class Annotation(About):
    """Something that a person adds to an object, and may withdraw with a reason."""

    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("author"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    is_shared = models.BooleanField(_("shown to the partner"), default=False)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True, editable=False)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("withdrawn by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    withdrawal_reason = models.CharField(
        _("reason of the withdrawal"), max_length=500, blank=True, editable=False
    )

    class Meta:
        abstract = True

    @property
    def is_withdrawn(self) -> bool:
        """Whether it was withdrawn."""
        return self.withdrawn_at is not None
