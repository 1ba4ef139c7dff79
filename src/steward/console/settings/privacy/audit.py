"""Who did what: narrowed, a page at a time, and as a file; and whether the record of it is whole."""

import json
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from django.views.decorators.http import require_POST, require_safe

from steward.console.entrance import ConsoleRequest
from steward.console.settings.entrance import settings_page, settings_response
from steward.console.settings.privacy.audit_shown import COLUMNS, lines, state_in_words
from steward.console.settings.privacy.audit_words import choices
from steward.console.settings.privacy.row_files import MOST_IN_A_FILE, Days, csv_rows, row_file
from steward.lib.actor import Actor
from steward.lib.ids import read_id
from steward.notifications.account_models import AUDIT
from steward.notifications.of_account import read_of_account, unread_on
from steward.people.queries import member_names
from steward.privacy.audit.models import AuditPolicy
from steward.privacy.audit.policy import Choice, change_policy, policy
from steward.privacy.audit.queries import entries_gone, last_check
from steward.privacy.audit.reading import PAGE, Entry, Wanted, events_of, portions
from steward.privacy.audit.reads import note_read
from steward.privacy.support_access.queries import everybody_of_support, name_of_hosting_company
from steward.privacy.support_access.words import support_of
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope
from steward.tickets.access import get_ticket
from steward.tickets.models import Ticket

_ITSELF, _SUPPORT, _READS = "steward", "support", "reads"


class PolicyForm(forms.Form):
    """How long it is told what was done, whether reads are noted, and how long those are kept."""

    entries_days = forms.IntegerField(
        label=gettext_lazy("Days for which it is told who did what"),
        help_text=gettext_lazy(
            "Older entries are shown neither here nor in files. The history of a ticket stays with the ticket for as "
            "long as it is there; everything else that is older goes, a part of it each night."
        ),
        min_value=AuditPolicy.LEAST_DAYS_OF_ENTRIES,
        max_value=AuditPolicy.MOST_DAYS,
    )
    records_reads = forms.BooleanField(
        label=pgettext_lazy("audit", "Note who reads what"),
        help_text=gettext_lazy(
            "Each opening of a ticket, of a request, an export or an erasure, and each download of a file, of a mail "
            "as it came, or of this record."
        ),
        required=False,
    )
    reads_days = forms.IntegerField(
        label=gettext_lazy("Days for which it is kept who read what"),
        min_value=AuditPolicy.LEAST_DAYS,
        max_value=AuditPolicy.MOST_DAYS,
    )


class Narrowing(Days):
    """Which events, or which reads."""

    field_order = ("log", "who", "kind", "ticket", "since", "until")
    log = forms.ChoiceField(
        label=pgettext_lazy("audit", "Show"),
        choices=[
            ("", pgettext_lazy("audit", "Who did what")),
            (_READS, pgettext_lazy("audit", "Who read what")),
        ],
        required=False,
    )
    who = forms.CharField(label=pgettext_lazy("who did something", "Who"), required=False, widget=forms.Select)
    kind = forms.ChoiceField(
        label=pgettext_lazy("audit", "What"),
        choices=lambda: [("", pgettext("audit", "Everything")), *choices()],
        required=False,
    )
    ticket = forms.CharField(label=pgettext_lazy("audit", "Ticket"), max_length=64, required=False)

    def __init__(self, asked: Any, *, actor: Actor, zone: str) -> None:
        super().__init__(asked)
        self._actor, self._zone = actor, zone
        people = sorted(((str(key), name) for key, name in member_names().items()), key=lambda one: one[1].casefold())
        everybody = [("", pgettext("audit", "Everybody")), (_ITSELF, pgettext("who did something", "Steward"))]
        everybody.append((_SUPPORT, support_of(name_of_hosting_company())))
        self.fields["who"].widget.choices = [*everybody, *people]

    def clean_who(self) -> str | UUID:
        typed = str(self.cleaned_data["who"])
        if typed in {"", _ITSELF, _SUPPORT}:
            return typed
        if (key := read_id(typed)) is None:
            raise forms.ValidationError(_("Choose somebody from the list."))
        return key

    def clean_ticket(self) -> UUID | None:
        """By its code; by its id, too, for a ticket that is gone."""
        typed = str(self.cleaned_data["ticket"]).strip()
        if not typed:
            return None
        try:
            return get_ticket(self._actor, typed.upper()).pk
        except Ticket.DoesNotExist:
            if (key := read_id(typed)) is None:
                raise forms.ValidationError(_("There is no ticket with this code.")) from None
            return key

    def wanted(self) -> Wanted:
        """What of the record is asked for."""
        asked = self.cleaned_data
        who = asked["who"]
        return Wanted(
            reads=asked["log"] == _READS,
            actor=who if isinstance(who, UUID) else None,
            by_itself=who == _ITSELF,
            support=everybody_of_support() if who == _SUPPORT else None,
            kind=asked["kind"],
            about=asked["ticket"],
            **self.moments(self._zone),
        )


@require_safe
@settings_page("audit")
def audit(request: ConsoleRequest) -> HttpResponse:
    """A page of the record, the newest first."""
    chosen = policy()
    return _page(request, PolicyForm(initial={name: getattr(chosen, name) for name in PolicyForm.base_fields}))


@require_POST
@settings_page("audit")
def audit_policy(request: ConsoleRequest) -> HttpResponse:
    """Choose how long what was done is told, whether reads are noted, and how long they are kept."""
    form = PolicyForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    change_policy(Choice(**form.cleaned_data), actor=request.actor)
    messages.success(request, _("Saved."))
    return HttpResponseRedirect(reverse("console:settings-audit"), status=303)


def _page(request: ConsoleRequest, policy_form: PolicyForm) -> HttpResponse:
    form, check = _form(request), last_check()
    is_valid = form.is_valid()
    events = events_of(form.wanted(), before=_before(request), most=PAGE + 1) if is_valid else []
    state, tone = state_in_words(check)
    context = {
        "form": form,
        "policy_form": policy_form,
        "lines": lines(events[:PAGE]),
        "next_url": _address(request, before=events[PAGE - 1]) if len(events) > PAGE else "",
        "is_narrowed": any(request.GET.get(name) for name in form.fields),
        "files": [("CSV", _file_address(request, "csv")), ("JSON", _file_address(request, "jsonl"))],
        "most": MOST_IN_A_FILE,
        "state": state,
        "tone": tone,
        "check": check,
        "gone": entries_gone(),
        "unread": unread_on(request.me, AUDIT),
    }
    is_wrong = not is_valid or bool(policy_form.errors)
    return settings_response(request, "console/settings/audit.html", context, status=422 if is_wrong else 200)


@require_POST
@settings_page("audit")
def audit_read(request: ConsoleRequest) -> HttpResponse:
    """Say that one has read that the record does not hold; the line at the top of every page goes."""
    read_of_account(request.me, page=AUDIT)
    return HttpResponseRedirect(reverse("console:settings-audit"), status=303)


@require_safe
@settings_page("audit")
def audit_file(request: ConsoleRequest, kind: str) -> HttpResponseBase:
    """The same events as a file; read in portions while it is sent, each in a scope of its own."""
    form = _form(request)
    if not form.is_valid():
        raise Http404("nothing can be chosen like that")
    note_read("account.audit_read", Account(pk=request.account.id), actor=request.actor)
    written, content_type = _WRITERS[kind]
    told = _told(request.account.id, portions(request.account.id, form.wanted(), most=MOST_IN_A_FILE))
    return row_file(written(told), slug=request.account.slug, name="audit", kind=kind, content_type=content_type)


def _told(account_id: UUID, read: Iterable[list[Entry]]) -> Iterator[list[dict[str, Any]]]:
    for events in read:
        with account_scope(account_id):
            told = [line.told for line in lines(events)]
        yield told


def _csv(read: Iterator[list[dict[str, Any]]]) -> Iterator[str]:
    changes = ([row | {"changes": json.dumps(row["changes"])} for row in rows] for rows in read)
    return csv_rows(COLUMNS, changes)


def _json_lines(read: Iterator[list[dict[str, Any]]]) -> Iterator[str]:
    for rows in read:
        yield "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


_WRITERS = {"csv": (_csv, "text/csv; charset=utf-8"), "jsonl": (_json_lines, "application/jsonl")}


def _form(request: ConsoleRequest) -> Narrowing:
    return Narrowing(request.GET, actor=request.actor, zone=request.account.time_zone)


def _before(request: ConsoleRequest) -> int | None:
    asked = request.GET.get("before", "")
    if not asked:
        return None
    if not asked.isdecimal() or len(asked) > 18:
        raise Http404("no such place in the record")
    return int(asked)


def _asked(request: ConsoleRequest) -> dict[str, str]:
    return {name: value for name in Narrowing.base_fields if (value := request.GET.get(name, ""))}


def _address(request: ConsoleRequest, *, before: Entry) -> str:
    return f"?{urlencode(_asked(request) | {'before': str(before.position)})}"


def _file_address(request: ConsoleRequest, kind: str) -> str:
    asked = urlencode(_asked(request))
    address = reverse(f"console:settings-audit-{kind}")
    return f"{address}?{asked}" if asked else address
