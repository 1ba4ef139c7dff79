"""Looking into an account by its grant. What is shown comes from `support_access.reading`, which notes each page."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST, require_safe

from steward.lib.clock import now
from steward.lib.ids import read_id
from steward.operator.entrance import OperatorRequest, noted, operator_required, page_response, typed
from steward.operator.support_shown import account_named, time_left, ways_now
from steward.people.models import Role
from steward.people.operators import note
from steward.privacy.holds.words import BASES, ON
from steward.privacy.requests.for_support import read_privacy
from steward.privacy.requests.words import STATES, TYPES
from steward.privacy.support_access import reading, writing
from steward.privacy.support_access.models import SupportGrant
from steward.privacy.support_access.scope import NoGrant
from steward.privacy.support_access.sessions import leave
from steward.tenancy.models import Account
from steward.tenancy.scope import SealedAccount
from steward.tickets.actions.replying import NothingWritten
from steward.tickets.actions.statuses import StatusRefused
from steward.tickets.queries import Cursor
from steward.tickets.statuses import Status

View = Callable[..., HttpResponseBase]


class NoteForm(forms.Form):
    """A note among the account's agents."""

    text = forms.CharField(
        label=pgettext_lazy("back office", "Note"),
        help_text=gettext_lazy("Their agents read it. It says that it is by support."),
        max_length=20_000,
        widget=forms.Textarea({"rows": 4}),
    )


class StateForm(forms.Form):
    """Another state of a ticket."""

    status = forms.ChoiceField(label=pgettext_lazy("of a ticket", "State"))

    def __init__(self, *args: Any, statuses: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["status"]
        field.choices = [(each, Status(each).label) for each in statuses]


def looking(view: View) -> View:
    """Give the view the account; without a grant that opens what it shows, the page says so and shows nothing."""

    @operator_required
    @wraps(view)
    def enter(request: OperatorRequest, slug: str, **kwargs: Any) -> HttpResponseBase:
        found = account_named(slug)
        try:
            return view(request, found, **kwargs)
        except (NoGrant, SealedAccount):
            return page_response(request, "accounts", "operator/support/over.html", {"account": found}, status=403)
        except reading.NotThere as error:
            raise Http404("no such thing in the account") from error

    return enter


@require_safe
@looking
def tickets(request: OperatorRequest, found: Account) -> HttpResponse:
    """Tickets, the one changed last first; those with the code or the words that were typed."""
    wanted, at, key = (typed(request.GET, name)[:200] for name in ("q", "at", "after"))
    page = reading.list_tickets(found.pk, request.person.pk, query=wanted, after=_cursor(at, key))
    following = {"q": wanted, "at": page.next.changed_at.isoformat(), "after": str(page.next.id)} if page.next else {}
    context = {
        "wanted": wanted,
        "tickets": [{"line": each, "status": Status(each.status).label} for each in page.tickets],
        "next_url": f"?{urlencode(following)}" if following else "",
    }
    return _page(request, found, page.grant, "tickets", context)


@require_safe
@looking
def ticket(request: OperatorRequest, found: Account, code: str) -> HttpResponse:
    """One ticket: its messages and notes as text."""
    return _ticket_page(request, found, code)


@require_POST
@looking
def left_note(request: OperatorRequest, found: Account, code: str) -> HttpResponse:
    """Leave a note."""
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _ticket_page(request, found, code, note_form=form)
    try:
        writing.write_note(found.pk, request.person.pk, code, form.cleaned_data["text"])
    except NothingWritten:
        form.add_error("text", _("Write something first."))
        return _ticket_page(request, found, code, note_form=form)
    note(request.person.pk, "support.wrote", account_id=found.pk)
    messages.success(request, _("The note is left."))
    return _to_ticket(found, code)


@require_POST
@looking
def state(request: OperatorRequest, found: Account, code: str) -> HttpResponse:
    """Give a ticket another state."""
    try:
        writing.set_status(found.pk, request.person.pk, code, typed(request.POST, "status"))
    except StatusRefused:
        messages.error(request, _("The ticket cannot be given this state. See below which it has now."))
        return _to_ticket(found, code)
    note(request.person.pk, "support.wrote", account_id=found.pk)
    messages.success(request, _("The state is set."))
    return _to_ticket(found, code)


@require_safe
@looking
def customers(request: OperatorRequest, found: Account) -> HttpResponse:
    """Customers, the newest first; who has the address, or whose name holds the words."""
    wanted, after = typed(request.GET, "q")[:200], typed(request.GET, "after")
    page = reading.list_customers(found.pk, request.person.pk, query=wanted, after=read_id(after))
    following = urlencode({"q": wanted, "after": str(page.next)}) if page.next else ""
    context = {"wanted": wanted, "customers": page.customers, "next_url": f"?{following}" if following else ""}
    return _page(request, found, page.grant, "customers", context)


@require_safe
@looking
def customer(request: OperatorRequest, found: Account, customer_id: UUID) -> HttpResponse:
    """One customer."""
    seen = reading.read_customer(found.pk, request.person.pk, customer_id)
    context = {
        "customer": seen,
        "tickets": [{"line": each, "status": Status(each.status).label} for each in seen.tickets],
    }
    return _page(request, found, seen.grant, "customers", context, template="customer")


@require_safe
@looking
def settings(request: OperatorRequest, found: Account) -> HttpResponse:
    """How the account is set up."""
    seen = reading.read_settings(found.pk, request.person.pk)
    members = [{"member": each, "role": Role(each.role).label} for each in seen.members]
    setup = {"departments": seen.departments, "members": members, "mail_accounts": seen.mail_accounts}
    return _page(request, found, seen.grant, "settings", {"setup": setup})


@require_safe
@looking
def privacy(request: OperatorRequest, found: Account) -> HttpResponse:
    """Requests of persons, erasures and legal holds: kinds, states and times, nobody's name."""
    seen = read_privacy(found.pk, request.person.pk)
    context = {
        "requests": [{"type": TYPES[each.type], "state": STATES[each.state], "seen": each} for each in seen.requests],
        "erasures": seen.erasures,
        "holds": [{"hold": each, "on": ON[each.on], "basis": BASES[each.basis]} for each in seen.holds],
    }
    return _page(request, found, seen.grant, "privacy", context)


@require_POST
@operator_required
def end(request: OperatorRequest, slug: str) -> HttpResponse:
    """Leave: what was begun is closed. The grant goes on, and looking again begins anew."""
    found = account_named(slug)
    if leave(found.pk, request.person.pk):
        note(request.person.pk, "support.left", account_id=found.pk)
    messages.success(request, _("Your session in the account is ended."))
    return HttpResponseRedirect(reverse("operator:support", args=[found.slug]), status=303)


def _ticket_page(
    request: OperatorRequest, found: Account, code: str, *, note_form: NoteForm | None = None
) -> HttpResponse:
    seen = reading.read_ticket(found.pk, request.person.pk, code)
    context = {
        "seen": seen,
        "ticket": seen.line,
        "status": Status(seen.line.status).label,
        "note_form": note_form or NoteForm(),
        "state_form": StateForm(statuses=list(seen.next_statuses)),
    }
    status = 422 if note_form else 200
    return _page(request, found, seen.grant, "tickets", context, template="ticket", status=status)


def _page(
    request: OperatorRequest,
    found: Account,
    grant: SupportGrant,
    part: str,
    context: dict[str, Any],
    *,
    template: str = "",
    status: int = 200,
) -> HttpResponse:
    """A page with how long one may look. It goes away by itself when that is over, without a script."""
    noted(request, "support.looked", account_id=found.pk, about=part)
    here = {"account": found, "grant": grant, "part": part, "left": time_left(grant.expires_at)}
    here["ways"] = ways_now(found, request.person.pk)
    name = f"operator/support/{template or part}.html"
    response = page_response(request, "accounts", name, here | context, status=status)
    response["Refresh"] = f"{_seconds(grant.expires_at)}; url={reverse('operator:support', args=[found.slug])}"
    response["Cache-Control"] = "no-store"
    return response


def _seconds(end: datetime | None) -> int:
    return max(1, int((end - now()).total_seconds()) + 1) if end else 1


def _to_ticket(found: Account, code: str) -> HttpResponse:
    return HttpResponseRedirect(reverse("operator:support-ticket", args=[found.slug, code]), status=303)


def _cursor(at: str, key: str) -> Cursor | None:
    moment, known = parse_datetime(at) if at else None, read_id(key) if key else None
    return Cursor(moment, known) if moment and moment.tzinfo and known else None
