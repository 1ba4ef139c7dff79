"""The plan of one account: what comes next, changing it, and its invoices. Nothing that the account holds."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST, require_safe

from steward.lib.actor import SYSTEM
from steward.lifecycle.departing.queries import find_kept_invoice
from steward.lifecycle.invoices import Bill, NotIssued, get_invoice, issue_invoice, note_paid, settle_kept, void_invoice
from steward.lifecycle.models import Invoice
from steward.lifecycle.plans import plan_of, plans, put_on_plan
from steward.lifecycle.queries import life_of
from steward.operator.entrance import OperatorRequest, noted, operator_required, page_response
from steward.operator.queries import get_account
from steward.people.operators import note
from steward.tenancy.models import Account
from steward.tenancy.scope import upkeep_scope


class PlanForm(forms.Form):
    """The plan it is on from now on."""

    plan = forms.ChoiceField(
        label=pgettext_lazy("of an account", "Plan"),
        choices=lambda: [(plan.code, plan.name) for plan in plans()],
        help_text=gettext_lazy("A trial begins now. What was suspended because its trial is over goes on."),
    )


class InvoiceForm(forms.Form):
    """What the invoice says."""

    number = forms.CharField(label=pgettext_lazy("of an invoice", "Number"), max_length=40)
    amount = forms.DecimalField(
        label=pgettext_lazy("of an invoice", "Amount"), max_digits=12, decimal_places=2, min_value=0
    )
    currency = forms.RegexField(
        "^[A-Za-z]{3}$",
        label=gettext_lazy("Currency"),
        initial="EUR",
        error_messages={"invalid": gettext_lazy("Use the three letters of the currency, such as EUR.")},
    )
    due_on = forms.DateField(
        label=gettext_lazy("To be paid by the end of"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("The end of this day (UTC)."),
    )

    def bill(self) -> Bill:
        """What was typed; the form is valid."""
        typed = self.cleaned_data
        return Bill(typed["number"], typed["amount"], typed["currency"].upper(), end_of_day(typed["due_on"]))


def end_of_day(day: date) -> datetime:
    """The moment at which a day is over (UTC)."""
    return datetime.combine(day, time(), tzinfo=UTC) + timedelta(days=1)


@require_safe
@operator_required
def plan(request: OperatorRequest, slug: str) -> HttpResponse:
    """Plan, what comes next, invoices."""
    found = _account(slug)
    noted(request, "account.plan_read", account_id=found.pk)
    return _page(request, found)


@require_POST
@operator_required
def choice(request: OperatorRequest, slug: str) -> HttpResponse:
    """Put the account on another plan."""
    found, form = _account(slug), PlanForm(request.POST)
    if not form.is_valid():
        return _page(request, found, plan_form=form, status=422)
    note(request.person.pk, "account.plan_changed", account_id=found.pk, about=form.cleaned_data["plan"])
    if put_on_plan(found, form.cleaned_data["plan"], actor=SYSTEM):
        return _back(request, found, _("The plan is changed."))
    return _back(request, found, _("It is on that plan already."))


@require_POST
@operator_required
def invoices(request: OperatorRequest, slug: str) -> HttpResponse:
    """Issue one."""
    found, form = _account(slug), InvoiceForm(request.POST)
    if not form.is_valid():
        return _page(request, found, invoice_form=form, status=422)
    try:
        with upkeep_scope(found.pk):
            issue_invoice(form.bill(), actor=SYSTEM)
    except NotIssued:
        form.add_error("number", _("This account has an invoice with this number already."))
        return _page(request, found, invoice_form=form, status=422)
    note(request.person.pk, "account.invoiced", account_id=found.pk)
    return _back(request, found, _("The invoice is issued."))


@require_POST
@operator_required
def settlement(request: OperatorRequest, slug: str, invoice_id: UUID) -> HttpResponse:
    """Note that one was paid, or that it is void; also one that is kept of a deleted account."""
    found, how = _account(slug), request.POST.get("as")
    if how not in {"paid", "void"}:
        return _page(request, found, status=422)
    kept = find_kept_invoice(found.pk, pk=invoice_id)
    is_new = settle_kept(kept, how) if kept else _settle(found, invoice_id, how)
    note(request.person.pk, "account.invoice_settled", account_id=found.pk, about=how)
    words = _("Noted.") if is_new else _("It was settled already; nothing was changed.")
    return _back(request, found, words, page="account" if kept else "account-plan")


def _settle(found: Account, invoice_id: UUID, how: str) -> bool:
    with upkeep_scope(found.pk):
        try:
            invoice = get_invoice(invoice_id)
        except Invoice.DoesNotExist as error:
            raise Http404("no such invoice") from error
        return (note_paid if how == "paid" else void_invoice)(invoice, actor=SYSTEM)


def _account(slug: str) -> Account:
    try:
        return get_account(slug)
    except Account.DoesNotExist as error:
        raise Http404("no such account") from error


def _page(
    request: OperatorRequest,
    found: Account,
    *,
    plan_form: PlanForm | None = None,
    invoice_form: InvoiceForm | None = None,
    status: int = 200,
) -> HttpResponse:
    with upkeep_scope(found.pk):
        context = {
            "account": found,
            "life": life_of(found),
            "plan_form": plan_form or PlanForm(initial={"plan": plan_of(found).code}),
            "invoice_form": invoice_form or InvoiceForm(),
        }
    return page_response(request, "accounts", "operator/account_plan.html", context, status=status)


def _back(request: OperatorRequest, found: Account, words: str, *, page: str = "account-plan") -> HttpResponse:
    messages.success(request, words)
    return HttpResponseRedirect(reverse(f"operator:{page}", args=[found.slug]))
