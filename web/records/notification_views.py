"""The notifications of one person, and the link that stops their mail."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt

from records.models import Notification
from records.selectors import notifications_of
from records.services.mails import person_of_token, stop_mail
from records.services.notifications import mark_all_read, mark_read
from web.mixins import PageView

PAGE_SIZE = 25


class NotificationsView(PageView):
    """What happened, the newest first; rights are read again."""

    template_name = "web/records/notifications.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show one page of one's own notifications."""
        rows = Notification.objects.visible_to(request.user).select_related("actor")
        shown = Paginator(rows.order_by("-id"), PAGE_SIZE).get_page(request.GET.get("page"))
        told = notifications_of(request.user, list(shown.object_list))
        return self.page({"told": told, "shown": shown})


class ReadView(PageView):
    """Mark one as read, and go to what it is about."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Mark it; somebody else's is not there."""
        row = get_object_or_404(Notification.objects.visible_to(request.user), pk=pk)
        mark_read(actor=request.user, notification_id=row.pk)
        told = notifications_of(request.user, [row])[0]
        if told.subject is None or request.POST.get("stay"):
            return redirect("web:notifications")
        return redirect(told.subject.url)


class ReadAllView(PageView):
    """Mark all as read."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Mark them and stay."""
        count = mark_all_read(actor=request.user)
        words = ngettext(
            "%(count)s notification is read.", "%(count)s notifications are read.", count
        )
        messages.success(request, words % {"count": count})
        return redirect("web:notifications")


# Mail programs send the form themselves, without a session: the signed link is the proof.
@method_decorator([csrf_exempt, login_not_required], name="dispatch")
class UnsubscribeView(PageView):
    """Receive no more mail: a page with one button, or one click of the mail program."""

    template_name = "web/records/unsubscribe.html"

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """Ask; a link that was not made here leads nowhere."""
        if person_of_token(token) is None:
            raise Http404
        return self.page({"done": False})

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        """Stop the mail; doing it twice is doing it once."""
        person: Any = stop_mail(token=token)
        if person is None:
            raise Http404
        messages.success(request, _("You will receive no more mail."))
        return self.page({"done": True})
