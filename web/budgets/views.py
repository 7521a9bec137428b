"""Pages of the ledgers: lists, one row, the nomenclature."""

from __future__ import annotations

from typing import Any

from django.db.models import Aggregate, Q, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.enums import Action, Resource
from accounts.permissions import can
from budgets.models import FROZEN, OPENED
from budgets.selectors.documents import document_life
from common.models import DataOrigin
from web.budgets import columns, selectors
from web.budgets.corrections import SHEETS, correct_url
from web.budgets.forms import (
    CommitmentForm,
    MovementForm,
    NomenclatureForm,
    PaymentForm,
    PaymentRequestForm,
    ScheduledPaymentForm,
    ServiceDoneForm,
)
from web.budgets.owned import NOMENCLATURE_PAGES
from web.budgets.tabs import tabs
from web.budgets.typed import line_actions
from web.facts import FactListView, default_origin, origin_counts, origin_links
from web.listing import Text
from web.lists import filter_tags, valid_filters
from web.mixins import PageView
from web.owned.views import owned_actions

READ_LEDGER = (Action.READ, Resource.LEDGER)
READ_CREDIT = (Action.READ, Resource.CREDIT)


class LedgerView(FactListView):
    """A ledger."""

    section = "movements"
    tabs = "budget"
    needs = READ_LEDGER
    resource = Resource.LEDGER
    empty = _("No row yet: the ledgers are fed by the import of a portfolio folder.")

    # The page that records a row of this ledger, and its words, where there is one.
    create: tuple[str, Text] | None = None

    def more(self) -> dict[str, Any]:
        """Return the tabs of the section, and the way to a new row."""
        found = tabs(self.name)
        if self.create and can(self.request.user, Action.CREATE, self.resource):
            found |= {"create_url": reverse(self.create[0]), "create_label": self.create[1]}
        return found


class MovementsView(LedgerView):
    """Credit movements; what is frozen is summed apart from what is opened."""

    name = "credit-movements"
    attached = "credit_movement"
    create = ("web:credit-act-create", _("New act on credits"))
    needs = READ_CREDIT
    resource = Resource.CREDIT
    title = _("Credit movements")
    nouns = _("Credit movements")
    caption = _("Movements of AE and CP")
    source = _("ledger of credit movements, file and line on each row")
    columns = columns.MOVEMENTS
    form_class = MovementForm
    default_sort = "-effective_on"

    def visible(self) -> QuerySet[Any]:
        """Return the visible movements."""
        return selectors.movements(self.request.user)

    def sums(self) -> dict[str, tuple[Text, Aggregate]]:
        """Return opened and frozen, AE and CP apart."""
        return {
            "ae_opened": (_("AE opened"), Sum("ae", filter=OPENED)),
            "ae_frozen": (_("AE frozen"), Sum("ae", filter=FROZEN)),
            "cp_opened": (_("CP opened"), Sum("cp", filter=OPENED)),
            "cp_frozen": (_("CP frozen"), Sum("cp", filter=FROZEN)),
        }


class CommitmentsView(LedgerView):
    """Commitments."""

    name = "commitments"
    create = ("web:commitment-create", _("New commitment"))
    title = _("Commitments")
    nouns = _("Movements of commitments")
    caption = _("AE committed, withdrawals included")
    source = _("ledger of commitments, file and line on each row")
    columns = columns.COMMITMENTS
    form_class = CommitmentForm
    default_sort = "-committed_on"

    def visible(self) -> QuerySet[Any]:
        """Return the visible commitments."""
        return selectors.commitments(self.request.user)

    def sums(self) -> dict[str, tuple[Text, Aggregate]]:
        """Return what is committed, and the withdrawals in it."""
        return {
            "ae": (_("AE committed"), Sum("amount")),
            "withdrawn": (_("of which AE withdrawn"), Sum("amount", filter=Q(amount__lt=0))),
        }


class ServicesDoneView(LedgerView):
    """Services done."""

    name = "services-done"
    title = _("Services done")
    nouns = _("Services done")
    caption = _("Services certified on commitments")
    source = _("ledger of services done, file and line on each row")
    columns = columns.SERVICES_DONE
    form_class = ServiceDoneForm
    default_sort = "-done_on"

    def visible(self) -> QuerySet[Any]:
        """Return the visible services done."""
        return selectors.services_done(self.request.user)

    def sums(self) -> dict[str, tuple[Text, Aggregate]]:
        """Return the sum of the services certified."""
        return {"done": (_("Service done"), Sum("amount"))}


class PaymentsView(LedgerView):
    """Payments."""

    name = "payments"
    title = _("Payments")
    nouns = _("Payments")
    caption = _("CP paid")
    source = _("ledger of payments, file and line on each row")
    columns = columns.PAYMENTS
    form_class = PaymentForm
    default_sort = "-paid_on"

    def visible(self) -> QuerySet[Any]:
        """Return the visible payments."""
        return selectors.payments(self.request.user)

    def sums(self) -> dict[str, tuple[Text, Aggregate]]:
        """Return what is paid, and the advances in it."""
        return {
            "cp": (_("CP paid"), Sum("amount")),
            "advances": (_("of which advances"), Sum("amount", filter=Q(is_advance=True))),
        }


class PaymentRequestsView(LedgerView):
    """Payment requests."""

    name = "payment-requests"
    title = _("Payment requests")
    nouns = _("Payment requests")
    caption = _("Payment orders sent to the accountant")
    source = _("ledger of payment requests, file and line on each row")
    columns = columns.PAYMENT_REQUESTS
    form_class = PaymentRequestForm
    default_sort = "-requested_on"

    def visible(self) -> QuerySet[Any]:
        """Return the visible payment requests."""
        return selectors.payment_requests(self.request.user)

    def sums(self) -> dict[str, tuple[Text, Aggregate]]:
        """Return the sum of the requests."""
        return {"requested": (_("Requested"), Sum("amount"))}


class ScheduledPaymentsView(LedgerView):
    """Scheduled payments."""

    name = "scheduled-payments"
    title = _("Scheduled payments")
    nouns = _("Scheduled payments")
    caption = _("CP expected by exercise")
    source = _("ledger of scheduled payments, file and line on each row")
    columns = columns.SCHEDULED_PAYMENTS
    form_class = ScheduledPaymentForm
    default_sort = "fiscal_year"

    def visible(self) -> QuerySet[Any]:
        """Return the visible scheduled payments."""
        return selectors.scheduled_payments(self.request.user)

    def sums(self) -> dict[str, tuple[Text, Aggregate]]:
        """Return the sum of what is expected."""
        return {"cp": (_("CP expected"), Sum("amount"))}


class FactView(PageView):
    """One row of a ledger: every field, and where it comes from."""

    section = "movements"
    template_name = "web/budgets/fact.html"
    needs = READ_LEDGER
    kind = ""
    parent = ""
    title: Text = ""

    def visible(self) -> QuerySet[Any]:
        """Return the rows that the person may read."""
        raise NotImplementedError

    def more(self, row: Any) -> dict[str, Any]:
        """Return what the template needs beside the row."""
        return {}

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the row; one that cannot be seen is not there."""
        row = get_object_or_404(self.visible(), pk=pk)
        context = {
            "row": row,
            "kind": self.kind,
            "title": self.title,
            "parent": self.parent,
            "has_fictitious": row.data_origin == DataOrigin.FICTITIOUS,
            "versions": document_life(row),
            "sheet_name": f"web:{SHEETS[type(row)]}",
            "correct_url": correct_url(request.user, row),
        }
        return self.page({**context, **self.more(row)})


class MovementView(FactView):
    """One credit movement."""

    needs = READ_CREDIT
    kind = "movement"
    parent = "web:credit-movements"
    title = _("Credit movement")

    def visible(self) -> QuerySet[Any]:
        """Return the visible movements."""
        return selectors.movements(self.request.user)


class CommitmentView(FactView):
    """One movement of a commitment, and the life of its legal reference."""

    template_name = "web/budgets/commitment.html"
    kind = "commitment"
    parent = "web:commitments"
    title = _("Commitment")

    def visible(self) -> QuerySet[Any]:
        """Return the visible commitments."""
        return selectors.commitments(self.request.user)

    def more(self, row: Any) -> dict[str, Any]:
        """Return what shares the legal reference."""
        user = self.request.user
        return {
            "life": selectors.commitment_life(user, row),
            "line_actions": line_actions(user, row),
        }


class ServiceDoneView(FactView):
    """One service done."""

    kind = "service"
    parent = "web:services-done"
    title = _("Service done")

    def visible(self) -> QuerySet[Any]:
        """Return the visible services done."""
        return selectors.services_done(self.request.user)


class PaymentView(FactView):
    """One payment."""

    kind = "payment"
    parent = "web:payments"
    title = _("Payment")

    def visible(self) -> QuerySet[Any]:
        """Return the visible payments."""
        return selectors.payments(self.request.user)


class PaymentRequestView(FactView):
    """One payment request."""

    kind = "request"
    parent = "web:payment-requests"
    title = _("Payment request")

    def visible(self) -> QuerySet[Any]:
        """Return the visible payment requests."""
        return selectors.payment_requests(self.request.user)


class ScheduledPaymentView(FactView):
    """One scheduled payment."""

    kind = "schedule"
    parent = "web:scheduled-payments"
    title = _("Scheduled payment")

    def visible(self) -> QuerySet[Any]:
        """Return the visible scheduled payments."""
        return selectors.scheduled_payments(self.request.user)


class NomenclatureView(PageView):
    """The nomenclature as a tree, with the credits of one origin."""

    section = "movements"
    template_name = "web/budgets/nomenclature.html"
    needs = (Action.READ, Resource.NOMENCLATURE)

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the tree."""
        form = NomenclatureForm(request.GET)
        filters = valid_filters(form)
        counts = origin_counts(selectors.movements(request.user))
        origin = filters.pop("origin", "") or default_origin(counts)
        context = {
            "form": form,
            "tags": filter_tags(request, form, filters),
            "name": "nomenclature",
            **tabs("nomenclature"),
            "create_url": reverse("web:nomenclature_node_create")
            if can(request.user, Action.CREATE, Resource.NOMENCLATURE)
            else "",
            "create_label": NOMENCLATURE_PAGES.words["create"],
            "origins": origin_links(request, counts, origin),
            "origin": origin,
            "has_fictitious": origin == DataOrigin.FICTITIOUS,
            "data_on": selectors.newest_record(request.user, origin),
            "tree": self.tree(origin, filters) if form.is_valid() else [],
        }
        return self.page(context)

    def tree(self, origin: str, filters: dict[str, Any]) -> list[selectors.TreeRow]:
        """Return the rows of the tree."""
        return selectors.nomenclature_tree(self.request.user, origin, **filters)


class NomenclatureNodeView(PageView):
    """One node of the nomenclature."""

    section = "movements"
    template_name = "web/budgets/node.html"
    needs = (Action.READ, Resource.NOMENCLATURE)

    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        """Show the node."""
        node = NOMENCLATURE_PAGES.visible(request.user, code)
        return self.page(
            {
                "record": node,
                "children": node.children.order_by("code"),
                "can_read_credit": can(request.user, *READ_CREDIT),
                "has_fictitious": node.data_origin == DataOrigin.FICTITIOUS,
                **owned_actions(NOMENCLATURE_PAGES, request.user, node),
            }
        )
