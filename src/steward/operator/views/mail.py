"""The mail queue: how much waits or failed, of which account and why. No address, no subject, no text."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from steward.operator.entrance import OperatorRequest, noted, operator_required, page_response, typed
from steward.operator.queries import get_account, unsent_of_the_installation
from steward.operator.reasons import words_of
from steward.outbox.actions import send_all_again
from steward.outbox.installation import send_installation_mail_again
from steward.outbox.models import State
from steward.people.operators import as_operator, note
from steward.tenancy.directory import slugs_of
from steward.tenancy.models import Account
from steward.tenancy.scope import upkeep_scope

_UNSENT = (
    "SELECT account_id, state, reason, by_relay, mails, since FROM operations_mail() ORDER BY mails DESC LIMIT 500"
)
_TRIED_AGAIN = {State.DEFERRED.value, State.HELD.value, State.FAILED.value}


@require_safe
@operator_required
def mail(request: OperatorRequest) -> HttpResponse:
    """Counts by state, account and reason, the largest first."""
    noted(request, "mail.read")
    rows = [dict(zip(("account", "state", "reason", "by_relay", "mails", "since"), row, strict=True)) for row in
            as_operator(request.person.pk, _UNSENT)]  # fmt: skip
    slugs = slugs_of(row["account"] for row in rows)
    told = [_told(row | {"slug": slugs.get(row["account"], "")}) for row in rows]
    own = unsent_of_the_installation()
    totals = {state: sum(row["mails"] for row in [*rows, *own] if row["state"] == state) for state in _shown()}
    context = {
        "rows": told,
        "own": [_told(row) for row in own],
        "totals": [{"label": State(state).label, "mails": number} for state, number in totals.items()],
    }
    return page_response(request, "mail", "operator/mail.html", context)


@require_POST
@operator_required
def retry(request: OperatorRequest) -> HttpResponse:
    """Try the mails of one row again; without an account, those of the installation."""
    state, reason, slug = (typed(request.POST, name) for name in ("state", "reason", "account"))
    if state not in _TRIED_AGAIN:
        raise Http404("mail in this state is not tried again by hand")
    number = _tried_again(_account(slug) if slug else None, state, reason)
    words = ngettext("%(count)d mail is tried again.", "%(count)d mails are tried again.", number)
    note(
        request.person.pk,
        "mail.retried",
        account_id=_account(slug) if slug else None,
        about=f"{state} {reason} {number}",
    )
    messages.success(request, words % {"count": number})
    return HttpResponseRedirect(reverse("operator:mail"))


def _tried_again(account_id: UUID | None, state: str, reason: str) -> int:
    if account_id is None:
        return send_installation_mail_again(state=state, reason=reason)
    with upkeep_scope(account_id):
        return send_all_again(state=state, reason=reason)


def _account(slug: str) -> UUID:
    try:
        return get_account(slug).pk
    except Account.DoesNotExist as error:
        raise Http404("no such account") from error


def _shown() -> list[str]:
    return [state.value for state in State if state is not State.SENT]


def _told(row: dict[str, Any]) -> dict[str, Any]:
    is_tried = row["state"] in _TRIED_AGAIN
    return row | {"label": State(row["state"]).label, "words": words_of(row["reason"]), "is_tried_again": is_tried}
