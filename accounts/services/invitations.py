"""Links by mail: the message is sent after the commit, and never holds a figure."""

from __future__ import annotations

import smtplib
from typing import Any

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.template import Context
from django.template.loader import get_template
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.enums import LinkKind, TryKind
from accounts.exceptions import AlreadySuspended, NoAddress, NotAPerson
from accounts.models import Preferences, User, folded
from accounts.services.audit import record_event
from accounts.services.links import make_link
from accounts.services.tries import count_try

logger = structlog.get_logger("dne.accounts")
PATH = "/lien/"
_TEMPLATES = {
    LinkKind.INVITATION: "accounts/mail/invitation.txt",
    LinkKind.RESET: "accounts/mail/reset.txt",
}


def address_of_link(token: str) -> str:
    """Return the address that a message gives."""
    return f"{settings.SITE_URL}{PATH}{token}/"


def invite_person(*, actor: Any, user: User) -> bool:
    """Send a link, valid 72 hours, by which the person chooses how to log in.

    A new invitation voids the former one. Return whether the message left. Raises NotAPerson,
    NoAddress, AlreadySuspended.
    """
    if user.is_machine:
        raise NotAPerson()
    if not user.is_active:
        raise AlreadySuspended()
    if not user.email:
        raise NoAddress()
    token = make_link(actor=actor, user=user, kind=LinkKind.INVITATION)
    sent = _send(user, LinkKind.INVITATION, token)
    _tell(actor, user, "invited", sent=sent)
    return sent


def request_password_link(*, email: str, network: str) -> None:
    """Send a link, valid one hour, when the address is that of a person who has a password.

    It answers nothing, whatever the address: the caller says the same sentence to everybody.
    """
    address = folded(email)
    by_network = count_try(kind=TryKind.RESET_NETWORK, key=network)
    by_address = count_try(kind=TryKind.RESET_ACCOUNT, key=address)
    user = User.objects.filter(email=address).exclude(email="").first()
    if user is None or not (by_network.allowed and by_address.allowed):
        return
    if not (user.may_enter and user.may_use_password and user.has_usable_password()):
        return
    token = make_link(actor=None, user=user, kind=LinkKind.RESET)
    _tell(None, user, "password_link_sent", sent=_send(user, LinkKind.RESET, token))


def _send(user: User, kind: LinkKind, token: str) -> bool:
    """Send one message in the language of the person; a mail server that is down stops nothing."""
    chosen = Preferences.objects.filter(user=user).values_list("language", flat=True).first()
    with translation.override(chosen or settings.LANGUAGE_CODE):
        template: Any = get_template(_TEMPLATES[kind])
        # Plain text: nothing is to be escaped.
        context = Context({"user": user, "url": address_of_link(token)}, autoescape=False)
        body = template.template.render(context)
        subject = {
            LinkKind.INVITATION: _("Your access to the digital portfolio"),
            LinkKind.RESET: _("Your password of the digital portfolio"),
        }[kind]
        message = EmailMessage(subject=subject, body=body, to=[user.email])
    try:
        return bool(message.send())
    except (OSError, smtplib.SMTPException) as error:
        logger.warning("mail not sent", kind=kind.value, error=type(error).__name__)
        return False


def _tell(actor: Any, user: User, verb: str, *, sent: bool) -> None:
    record_event(
        actor=actor,
        verb=verb,
        object_kind="user",
        object_code=user.username,
        detail={"sent": sent, "at": timezone.now().isoformat()},
    )
