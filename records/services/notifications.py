"""The one way to tell people of an event: in the page at once, by mail at their rhythm."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import Preferences, User
from accounts.models.preferences import Rhythm
from jobs.services import request_job
from records.models import Notification, Subscription
from records.services.people import active_people, people_who_see

MAIL_JOB = "records.mail"


@transaction.atomic
def notify(
    *,
    event: str,
    kind: str,
    code: str,
    key: str,
    people: Iterable[User],
    actor: Any = None,
    action: str = "",
    resource: str = "",
) -> list[Notification]:
    """Tell people of an event about an object; return the notifications that are new.

    Only active people who may read the object (and do `action` on `resource` there) are told, and
    never the actor. `key` names the event: the same event is told once to a person.
    """
    author = actor if actor is not None and actor.is_authenticated else None
    asked = {person.pk for person in people} - {author.pk if author else None}
    told = people_who_see(
        kind, code, active_people().filter(pk__in=asked), action=action, resource=resource
    )
    known = set(
        Notification.objects.filter(recipient__in=told, key=key).values_list("recipient_id")
    )
    moment = timezone.now()
    rows = [
        Notification(
            recipient=person,
            event=event,
            subject_kind=kind,
            subject_code=code,
            key=key,
            actor=author,
            happened_at=moment,
        )
        for person in told
        if (person.pk,) not in known
    ]
    Notification.objects.bulk_create(rows, ignore_conflicts=True)
    mine = Notification.objects.filter(recipient__in=[row.recipient_id for row in rows], key=key)
    created = list(mine.select_related("recipient"))
    _ask_for_mail(created)
    return created


def _ask_for_mail(created: list[Notification]) -> None:
    """Queue the mail of the people who want theirs at once."""
    wanting = Preferences.objects.filter(
        user__in=[row.recipient_id for row in created], notification_rhythm=Rhythm.AT_ONCE
    )
    people = set(wanting.values_list("user_id", flat=True))
    for row in created:
        if row.recipient_id in people:
            request_job(
                kind=MAIL_JOB, key=f"notification-{row.pk}", payload={"notification": row.pk}
            )


@transaction.atomic
def mark_read(*, actor: Any, notification_id: int) -> Notification:
    """Mark one's own notification as read; Notification.DoesNotExist for somebody else's."""
    rows = Notification.objects.visible_to(actor)
    row = rows.select_for_update(of=("self",)).get(pk=notification_id)
    if row.read_at is None:
        row.read_at = timezone.now()
        row.save(update_fields=["read_at"])
    return row


@transaction.atomic
def mark_all_read(*, actor: Any) -> int:
    """Mark every notification of `actor` as read; return how many were not."""
    return Notification.objects.of(actor).unread().update(read_at=timezone.now())


def unread_count(user: Any) -> int:
    """Return how many notifications `user` has not read, among those that they may read."""
    if not Notification.objects.of(user).unread().exists():
        return 0
    return Notification.objects.visible_to(user).unread().count()


@transaction.atomic
def follow_subject(*, actor: Any, kind: str, code: str) -> None:
    """Follow an object; its visibility is the caller's to check. Following twice is once."""
    Subscription.objects.bulk_create(
        [Subscription(person=actor, subject_kind=kind, subject_code=code)], ignore_conflicts=True
    )


@transaction.atomic
def unfollow_subject(*, actor: Any, kind: str, code: str) -> None:
    """Stop following an object."""
    Subscription.objects.filter(person_id=actor.pk, subject_kind=kind, subject_code=code).delete()


def follows(user: Any, kind: str, code: str) -> bool:
    """Whether `user` follows an object."""
    rows = Subscription.objects.filter(person_id=user.pk, subject_kind=kind, subject_code=code)
    return rows.exists()


def followers(kind: str, code: str) -> list[User]:
    """Return who follows an object, whatever their rights became: `notify` checks them."""
    people = Subscription.objects.filter(subject_kind=kind, subject_code=code).values("person_id")
    return list(active_people().filter(pk__in=people))
