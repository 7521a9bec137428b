"""Pages of what is typed on commitments: a new EJ, what moves its lines, what follows them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.enums import Action, Resource
from accounts.permissions import can
from budgets.enums import PaymentKind
from budgets.models import Commitment, Reservation
from budgets.services.commitments import LEGAL_LENGTH, Line, record_commitment
from budgets.services.following import Paid, Request, Service, record_following
from budgets.services.line_moves import move_line
from common.fiscal import today
from web.budgets import selectors
from web.budgets.acts import LinesView, override_field
from web.budgets.lines import CommitmentLineForm, LinesForm
from web.facts import FIRST_YEAR, LAST_YEAR
from web.fields import AmountField, DayField
from web.forms import PageForm
from web.listing import Text
from web.mixins import ServiceFormView

_DAY = gettext_lazy("DD/MM/YYYY")


def _year() -> forms.IntegerField:
    return forms.IntegerField(
        label=gettext_lazy("Fiscal year"), min_value=FIRST_YEAR, max_value=LAST_YEAR
    )


def _service_from() -> DayField:
    return DayField(
        label=gettext_lazy("Service from"),
        help_text=gettext_lazy(
            "DD/MM/YYYY. Needed for what is signed ahead of its exercise: not before its 1 January."
        ),
        required=False,
    )


class CommitmentForm(LinesForm):
    """A legal commitment (EJ) and its lines."""

    line_class = CommitmentLineForm

    legal_reference = forms.CharField(
        label=gettext_lazy("Legal reference (EJ)"), max_length=LEGAL_LENGTH
    )
    label = forms.CharField(label=gettext_lazy("Label"), max_length=200, required=False)
    supplier = forms.CharField(label=gettext_lazy("Supplier"), max_length=120, required=False)
    committed_on = DayField(label=gettext_lazy("Committed on"), help_text=_DAY)
    fiscal_year = _year()
    service_from = _service_from()
    amount = AmountField(
        label=gettext_lazy("Amount stated by the document (euros, TTC)"),
        help_text=gettext_lazy("The lines sum to it, to the cent."),
    )
    reservation: forms.ModelChoiceField[Reservation] = forms.ModelChoiceField(
        label=gettext_lazy("Reservation that was made for it"),
        queryset=Reservation.objects.none(),
        required=False,
    )
    override_reason = override_field()

    def __init__(self, data: Any = None, *, user: Any, initial: Any = None) -> None:
        super().__init__(data, user=user, initial=initial)
        held = Reservation.objects.all().allowing(user, Action.UPDATE).pending()
        self.fields["reservation"].queryset = held.order_by("-pk")  # type: ignore[attr-defined]
        self.fields["reservation"].label_from_instance = _reservation_words  # type: ignore[attr-defined]


def _reservation_words(reservation: Reservation) -> str:
    return f"{reservation.number} · {reservation.label}"


class CommitmentCreateView(LinesView):
    """Record a commitment over its lines."""

    needs = (Action.CREATE, Resource.LEDGER)
    lines_form = CommitmentForm

    def record(self, cleaned: dict[str, Any]) -> Any:
        """Record it, with the reservation that it consumes."""
        reservation = cleaned.pop("reservation")
        lines = [Line(**line) for line in cleaned.pop("lines")]
        return record_commitment(
            actor=self.request.user,
            reservation_id=reservation.pk if reservation else None,
            lines=lines,
            **cleaned,
        )

    def after(self, result: Any) -> tuple[str, str]:
        """Show the commitment."""
        message = _("%(reference)s is recorded.") % {"reference": result[0].legal_reference}
        return message, reverse("web:commitment", args=[result[0].pk])

    def shown(self, form: forms.Form) -> dict[str, Any]:
        """Name the page."""
        return {
            "title": _("New commitment"),
            "submit": _("Record the commitment"),
            "list_url": reverse("web:commitments"),
            "list_label": _("Commitments"),
            "lines_title": _("Lines of the commitment"),
            "add_label": _("Add a line"),
            "balanced_kinds": "",
        }


class MoveForm(PageForm):
    """What moves a line after its signature."""

    amount = AmountField(
        label=gettext_lazy("Amount (euros, TTC)"),
        allow_negative=True,
        help_text=gettext_lazy("Negative to withdraw, positive to complete the line."),
    )
    moved_on = DayField(label=gettext_lazy("On"), help_text=_DAY)
    fiscal_year = _year()
    service_from = _service_from()
    is_recyclable = forms.BooleanField(
        label=gettext_lazy("The AE withdrawn from a former exercise are recycled"), required=False
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300)
    override_reason = override_field()


class FollowForm(PageForm):
    """What every fact that follows a commitment says."""

    amount = AmountField(label=gettext_lazy("Amount (euros, TTC)"))
    fiscal_year = _year()
    reference = forms.CharField(
        label=gettext_lazy("Reference in the source"),
        max_length=70,
        required=False,
        help_text=gettext_lazy("Left empty, the product gives one."),
    )


class ServiceForm(FollowForm):
    """A service certified."""

    done_on = DayField(label=gettext_lazy("Done on"), help_text=_DAY)
    override_reason = override_field()


class RequestForm(FollowForm):
    """A payment order, and its invoice."""

    number = forms.CharField(label=gettext_lazy("Payment request (DP)"), max_length=40)
    requested_on = DayField(label=gettext_lazy("Requested on"), help_text=_DAY)
    invoice_number = forms.CharField(label=gettext_lazy("Invoice"), max_length=60, required=False)
    invoice_received_on = DayField(
        label=gettext_lazy("Invoice received on"), help_text=_DAY, required=False
    )


class PaidForm(FollowForm):
    """A payment, an advance, or the recovery of one."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=PaymentKind.choices)
    paid_on = DayField(label=gettext_lazy("Paid on"), help_text=_DAY)
    payment_request = forms.CharField(
        label=gettext_lazy("Payment request"), max_length=40, required=False
    )
    override_reason = override_field()


class OnLineView(ServiceFormView):
    """Something typed on a line of a commitment."""

    section = "movements"
    template_name = "web/owned/form.html"
    title: Text = ""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Read the line, or refuse: unseen is 404, a refused verb 403."""
        if not can(request.user, Action.CREATE, Resource.LEDGER):
            raise PermissionDenied
        self.line = get_object_or_404(selectors.commitments(request.user), pk=kwargs["pk"])
        if not may_type_on(request.user, self.line):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def form(self, data: Any = None) -> forms.Form:
        """Return the form, on the day and the exercise under way."""
        now = today()
        days = dict.fromkeys(("moved_on", "done_on", "requested_on", "paid_on"), now)
        return self.form_class(data, initial={**days, "fiscal_year": now.year})

    def after(self, result: Any) -> tuple[str, str]:
        """Go back to the commitment."""
        return _("Saved."), reverse("web:commitment", args=[self.line.pk])

    def shown(self, form: forms.Form) -> dict[str, Any]:
        """Name the page."""
        sheet = reverse("web:commitment", args=[self.line.pk])
        return {
            "title": self.title,
            "submit": _("Record"),
            "record": self.line,
            "sheet_url": sheet,
        }


class MoveView(OnLineView):
    """Withdraw from a line, or complete it."""

    form_class = MoveForm
    title = gettext_lazy("Withdraw or complete")

    def decide(self, cleaned: dict[str, Any]) -> Any:
        """Write the movement."""
        return move_line(actor=self.request.user, commitment_id=self.line.pk, **cleaned)


class FollowView(OnLineView):
    """Certify, ask for a payment, or record one."""

    entry: Callable[..., Any] = Service

    def decide(self, cleaned: dict[str, Any]) -> Any:
        """Write the fact."""
        override = cleaned.pop("override_reason", "")
        entry = type(self).entry(commitment=self.line, **cleaned)
        return record_following(actor=self.request.user, entry=entry, override_reason=override)


class ServiceView(FollowView):
    """Certify a service."""

    form_class = ServiceForm
    title = gettext_lazy("Certify a service")
    entry = Service


class RequestView(FollowView):
    """Record a payment request."""

    form_class = RequestForm
    title = gettext_lazy("Record a payment request")
    entry = Request


class PaidView(FollowView):
    """Record a payment, an advance or its recovery."""

    form_class = PaidForm
    title = gettext_lazy("Record a payment")
    entry = Paid


def may_type_on(user: Any, line: Commitment) -> bool:
    """Whether `user` may type facts on this line."""
    rows = Commitment.objects.all().allowing(user, Action.CREATE)
    return rows.filter(pk=line.pk).exists()


_ACTIONS = (
    ("commitment-service", ServiceView.title),
    ("commitment-request", RequestView.title),
    ("commitment-payment", PaidView.title),
    ("commitment-move", MoveView.title),
)


def line_actions(user: Any, line: Commitment) -> list[tuple[str, Text]]:
    """Return what `user` may type on a line that stands: addresses and words."""
    standing = line.amount > 0 and not line.reverses_id and not hasattr(line, "reversal")
    if not standing or not may_type_on(user, line):
        return []
    return [(reverse(f"web:{name}", args=[line.pk]), words) for name, words in _ACTIONS]
