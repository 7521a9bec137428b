"""Mail of notifications: one message an event or a digest, never twice, never a figure.

A message says what happened and where, with a link; what people wrote, and every amount, is read
in the page, with the rights that the reader has then.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from smtplib import SMTPRecipientsRefused, SMTPResponseException
from typing import Any

import structlog
from django.conf import settings
from django.core import signing
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.template import Context
from django.template.loader import get_template, render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.models.preferences import Rhythm
from accounts.personal import preferences_of
from accounts.services.preferences import keep_preferences
from jobs.services import JobContext
from records.enums import Event
from records.models import Notification
from records.selectors import Told, notifications_of

logger = structlog.get_logger("dne.records")
SALT = "records.unsubscribe"
MOST_IN_A_DIGEST = 100

TEMPLATES = {
    Event.MENTION: ("records/mail/mention.txt", "records/mail/mention.html"),
    Event.COMMENT: ("records/mail/comment.txt", "records/mail/comment.html"),
    Event.ATTACHMENT: ("records/mail/attachment.txt", "records/mail/attachment.html"),
    Event.JOB_FAILED: ("records/mail/job_failed.txt", "records/mail/job_failed.html"),
    Event.IMPORT_DONE: ("records/mail/import_done.txt", "records/mail/import_done.html"),
    Event.GRANT_PROPOSED: ("records/mail/grant_proposed.txt", "records/mail/grant_proposed.html"),
    Event.GRANT_APPROVED: ("records/mail/grant_approved.txt", "records/mail/grant_approved.html"),
    Event.LENT: ("records/mail/lent.txt", "records/mail/lent.html"),
    Event.WAITS: ("records/mail/waits.txt", "records/mail/waits.html"),
}
DIGEST = ("records/mail/digest.txt", "records/mail/digest.html")

# A number followed or preceded by a currency, whatever the spaces between the digits.
_FIGURE = re.compile(
    r"(?:€|EUR\b)\s*\d[\d\s.,\u00a0\u202f]*|\d[\d\s.,\u00a0\u202f]*(?:[kKM]\s*€|€|[kKM]?EUR\b|euros?\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class MailLine:
    """What a message says of one notification: no free text but names and codes."""

    event: str
    event_label: str
    actor: str
    kind: str
    code: str
    url: str


def without_figures(text: str) -> str:
    """Return a text in which every amount is replaced by an ellipsis."""
    return _FIGURE.sub("…", text)


def unsubscribe_token(user: User) -> str:
    """Return the signed name of a person, for the link that stops their mail."""
    return signing.dumps(user.pk, salt=SALT)


def person_of_token(token: str) -> User | None:
    """Return whom a token names; None when it was not made here."""
    try:
        pk = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    return User.objects.filter(pk=pk).first()


def address(path: str) -> str:
    """Return an absolute address of the site."""
    return f"{settings.SITE_URL.rstrip('/')}{path}"


def run_mail(context: JobContext) -> dict[str, Any]:
    """Run a `records.mail` job: the mail of one notification, or the digest of one person."""
    payload = context.payload
    if "notification" in payload:
        rows = Notification.objects.filter(pk=payload["notification"])
        return {"sent": send_pending(rows, at_once=True)}
    rows = Notification.objects.filter(recipient_id=payload["person"])
    return {"sent": send_pending(rows, at_once=False)}


def send_pending(rows: Any, *, at_once: bool) -> int:
    """Send the mail of one person's notifications that nobody took charge of; return how many.

    They are taken charge of in a transaction of their own, then sent: a second run, or a run after
    a kill, finds nothing to send. Rights and rhythm are read again here. What the server surely did
    not accept is given back, and the error is raised for the job to be tried again; a connection
    lost after the message left is not tried again, for it may have arrived.
    """
    taken = _take(rows, at_once=at_once)
    if not taken:
        return 0
    person = taken[0].recipient
    ids = [row.pk for row in taken]
    seen = Notification.objects.visible_to(person).filter(pk__in=ids)
    allowed = set(seen.values_list("pk", flat=True))
    kept = [row for row in taken if row.pk in allowed]
    if kept:
        _send(build_message(person, kept, digest=not at_once), kept)
    return len(kept)


def _send(message: EmailMultiAlternatives, rows: list[Notification]) -> None:
    mine = Notification.objects.filter(pk__in=[row.pk for row in rows])
    connection = get_connection()
    try:
        connection.open()
    except OSError:
        mine.update(mail_taken_at=None)
        raise
    message.connection = connection
    try:
        message.send()
    except (SMTPResponseException, SMTPRecipientsRefused):
        mine.update(mail_taken_at=None)
        raise
    except OSError as error:
        logger.warning("mail lost on its way", notifications=len(rows), error=str(error))
    else:
        mine.update(mailed_at=timezone.now())
    finally:
        connection.close()


@transaction.atomic
def _take(rows: Any, *, at_once: bool) -> list[Notification]:
    """Take charge of what is to be mailed, under a lock."""
    waiting = rows.to_mail().select_for_update(of=("self",)).order_by("id")
    found = list(waiting.select_related("recipient", "actor")[:MOST_IN_A_DIGEST])
    if not found:
        return []
    person = found[0].recipient
    chosen = preferences_of(person)
    rhythm = chosen.notification_rhythm if chosen else Rhythm.DAILY
    wanted = rhythm == Rhythm.AT_ONCE if at_once else rhythm in (Rhythm.DAILY, Rhythm.WEEKLY)
    if not (wanted and person.is_active and person.email):
        return []
    Notification.objects.filter(pk__in=[row.pk for row in found]).update(
        mail_taken_at=timezone.now()
    )
    return found


def language_of(person: User) -> str:
    """Return the language of a person's mail: their choice, else that of the site."""
    chosen = preferences_of(person)
    return (chosen.language if chosen else "") or settings.LANGUAGE_CODE


def stop_mail(*, token: str) -> User | None:
    """Stop the mail of the person whom a signed token names; None when it was not made here."""
    person = person_of_token(token)
    if person is not None:
        keep_preferences(actor=person, notification_rhythm=Rhythm.NEVER)
    return person


def build_message(
    person: User, rows: list[Notification], *, digest: bool
) -> EmailMultiAlternatives:
    """Return the message of some notifications, in the language of the person."""
    token = unsubscribe_token(person)
    with translation.override(language_of(person)):
        stop = address(reverse("web:unsubscribe", args=[token]))
        lines = [_line(told) for told in notifications_of(person, rows)]
        context = {
            "lines": lines,
            "line": lines[0],
            "site": address("/"),
            "notifications": address(reverse("web:notifications")),
            "stop": stop,
        }
        plain, html = DIGEST if digest else TEMPLATES[Event(rows[0].event)]
        subject = _("Digital portfolio: %(what)s") % {
            "what": _("your digest") if digest else lines[0].event_label
        }
        message = EmailMultiAlternatives(
            subject=without_figures(subject),
            body=without_figures(_as_text(plain, context)),
            to=[person.email],
            headers={
                "Message-ID": _message_id(rows),
                "List-Unsubscribe": f"<{stop}>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
                "Auto-Submitted": "auto-generated",
            },
        )
        message.attach_alternative(without_figures(render_to_string(html, context)), "text/html")
    return message


def _as_text(name: str, context: dict[str, Any]) -> str:
    """Render a plain text: nothing is to be escaped."""
    template: Any = get_template(name)
    text: str = template.template.render(Context(context, autoescape=False))
    return text


def _message_id(rows: list[Notification]) -> str:
    """Name a message after its notifications, so that servers recognise a repeated one."""
    host = settings.SITE_URL.split("://")[-1].split("/")[0].split(":")[0]
    return f"<notification-{rows[0].pk}-{len(rows)}@{host}>"


def _line(told: Told) -> MailLine:
    row, subject = told.notification, told.subject
    path = subject.url if subject else reverse("web:notifications")
    return MailLine(
        event=row.event,
        event_label=str(Event(row.event).label),
        actor=str(row.actor) if row.actor else "",
        kind=subject.kind_label if subject else "",
        code=row.subject_code,
        url=address(path),
    )
