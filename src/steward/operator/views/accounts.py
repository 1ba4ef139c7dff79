"""Accounts: the directory with counts; suspending one, and letting it go on. Nothing that an account holds."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from steward.lib.actor import SYSTEM
from steward.lifecycle.departing.queries import certificates_of, departure_of, get_certificate, kept_invoices
from steward.lifecycle.departing.setting_out import certificate_pdf
from steward.lifecycle.models import AccountCertificate
from steward.lifecycle.plans import plan_of
from steward.lifecycle.queries import life_of
from steward.lifecycle.reopening import LONGEST, NoOrder, NotToBeOrdered, note_reopening_order, reopening_shown
from steward.lifecycle.suspension import reopen_account, resume_account, suspend_account
from steward.lifecycle.usage import count_usage
from steward.operator.entrance import OperatorRequest, noted, operator_required, page_response, typed
from steward.operator.queries import accounts_by_slug, get_account
from steward.people.operators import note
from steward.privacy.erasure.printing import NotPrinted
from steward.tenancy.models import Account
from steward.tenancy.scope import upkeep_scope
from steward.ui.certificates import as_file

PAGE = 50


class OrderForm(forms.Form):
    """An owner's order to open a terminated account again that came by mail or letter."""

    ordered_by = forms.CharField(
        label=gettext_lazy("Who ordered it"),
        max_length=LONGEST,
        help_text=gettext_lazy("An owner of the account, or who acts for the company."),
    )
    how = forms.CharField(
        label=gettext_lazy("How it was ordered"),
        max_length=LONGEST,
        help_text=gettext_lazy("Such as: letter of 3 March, signed. All owners read it when the account is open."),
    )


@require_safe
@operator_required
def accounts(request: OperatorRequest) -> HttpResponse:
    """All accounts by slug, or those whose slug begins with what was typed."""
    wanted, after = typed(request.GET, "q").lower()[:63], typed(request.GET, "after")
    rows = accounts_by_slug(beginning=wanted, after=after, most=PAGE + 1)
    noted(request, "accounts.read", about=wanted)
    following = {"after": rows[PAGE - 1].slug} | ({"q": wanted} if wanted else {}) if len(rows) > PAGE else None
    context = {
        "accounts": rows[:PAGE],
        "wanted": wanted,
        "next_url": f"{reverse('operator:accounts')}?{urlencode(following)}" if following else "",
    }
    return page_response(request, "accounts", "operator/accounts.html", context)


@require_safe
@operator_required
def account(request: OperatorRequest, slug: str) -> HttpResponse:
    """One account: where it lies, its state, its size."""
    found = _account(slug)
    noted(request, "account.read", account_id=found.pk)
    return _page(request, found)


@require_POST
@operator_required
def count(request: OperatorRequest, slug: str) -> HttpResponse:
    """Count it now instead of at night."""
    found = _account(slug)
    note(request.person.pk, "account.counted", account_id=found.pk)
    count_usage(found)
    return _back(request, found, _("Counted."))


@require_POST
@operator_required
def suspension(request: OperatorRequest, slug: str) -> HttpResponse:
    """Suspend it; its slug has to be typed."""
    found = _account(slug)
    if not _is_meant(request, found):
        return _unchanged(request, found)
    note(request.person.pk, "account.suspended", account_id=found.pk)
    suspend_account(found, actor=SYSTEM)
    return _back(request, found, _("The account is suspended: nobody gets in, and its sessions have ended."))


@require_POST
@operator_required
def resumption(request: OperatorRequest, slug: str) -> HttpResponse:
    """Let a suspended account go on, or a terminated one on its owner's order; its slug has to be typed."""
    found = _account(slug)
    if not _is_meant(request, found):
        return _unchanged(request, found)
    is_terminated = found.state == Account.State.TERMINATED
    try:
        is_open = (reopen_account if is_terminated else resume_account)(found, actor=SYSTEM)
    except NoOrder:
        return _page(request, found, error=_("No owner has ordered it. Note the order first."), status=422)
    if not is_open:
        return HttpResponseRedirect(reverse("operator:account", args=[found.slug]), status=303)  # it says how it stands
    note(request.person.pk, "account.reopened" if is_terminated else "account.resumed", account_id=found.pk)
    return _back(request, found, _("The account is open again."))


@require_POST
@operator_required
def reopening_order(request: OperatorRequest, slug: str) -> HttpResponse:
    """Note an owner's order to open a terminated account again."""
    found, form = _account(slug), OrderForm(request.POST)
    if not form.is_valid():
        return _page(request, found, order_form=form, status=422)
    try:
        with upkeep_scope(found.pk):
            is_noted = note_reopening_order(found, **form.cleaned_data, actor=SYSTEM)
    except NotToBeOrdered:
        is_noted = False
    if not is_noted:
        return HttpResponseRedirect(reverse("operator:account", args=[found.slug]), status=303)  # it says how it stands
    note(request.person.pk, "account.reopening_noted", account_id=found.pk)
    return _back(request, found, _("The order is noted."))


@require_safe
@operator_required
def certificate(request: OperatorRequest, slug: str, of: str, kind: str) -> HttpResponse:
    """A certificate of a deleted account as a file, `pdf` or `json`."""
    found = _account(slug)
    try:
        certified = get_certificate(found.pk, of)
    except AccountCertificate.DoesNotExist as error:
        raise Http404("no such certificate") from error
    if kind not in {"json", "pdf"}:
        raise Http404("no such kind of file")
    noted(request, "account.certificate_read", account_id=found.pk, about=of)
    name = f"account-{found.slug}-{of}"
    if kind == "json":
        return as_file(certified.content.encode(), name, kind)
    try:
        return as_file(certificate_pdf(certified), name, kind)
    except NotPrinted:
        messages.error(request, _("The PDF could not be made just now. Try again in a minute, or take the JSON file."))
        return HttpResponseRedirect(reverse("operator:account", args=[found.slug]))


def _is_meant(request: OperatorRequest, found: Account) -> bool:
    """Its slug was typed."""
    return request.POST.get("word", "").strip().lower() == found.slug


def _unchanged(request: OperatorRequest, found: Account) -> HttpResponse:
    error = _("Nothing was changed. Type the address of the account exactly as it is shown.")
    return _page(request, found, error=error, status=422)


def _account(slug: str) -> Account:
    try:
        return get_account(slug)
    except Account.DoesNotExist as error:
        raise Http404("no such account") from error


def _page(
    request: OperatorRequest,
    found: Account,
    *,
    error: str = "",
    order_form: OrderForm | None = None,
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {
        "account": found,
        "domains": found.domains.order_by("host"),
        "error": error,
        "departure": departure_of(found.pk),
        "certificates": certificates_of(found.pk),
        "held_days": plan_of(found).mail_held_days,
        "kept": {"invoices": kept_invoices(found.pk)},
    }
    if found.state == Account.State.TERMINATED:
        context |= {"order_form": order_form or OrderForm(), **_orders_of(found)}
    return page_response(request, "accounts", "operator/account.html", context, status=status)


def _orders_of(found: Account) -> dict[str, Any]:
    """What its owners have ordered, of a terminated account."""
    with upkeep_scope(found.pk):
        return {"order": reopening_shown(), "is_leaving": life_of(found).deletion_ordered_at is not None}


def _back(request: OperatorRequest, found: Account, words: str) -> HttpResponse:
    messages.success(request, words)
    return HttpResponseRedirect(reverse("operator:account", args=[found.slug]))
