"""Consents of the customer of a ticket: what they said and when, and noting what they say by mail or telephone."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from steward.console.consents_shown import history_shown, standing_shown
from steward.console.entrance import ConsoleRequest, with_ticket
from steward.console.lists import ticket_url
from steward.console.shell import shell
from steward.console.ticket_page import newest_incoming
from steward.privacy.audit.reads import note_read
from steward.privacy.consent.access import can_note_consent, open_purposes, purpose_by_code
from steward.privacy.consent.actions import LONGEST_NOTE, NotAsked, Overtaken, Proof, give, withdraw
from steward.privacy.consent.links import link_of
from steward.privacy.consent.models import ConsentRecord
from steward.privacy.consent.queries import history_of, name_of, newest_texts, said_by
from steward.tickets.models import Ticket

_CHANNELS = ("mail", "call", "chat", "agent")
_GIVEN, _WITHDRAWN = "given", "withdrawn"


class NotingForm(forms.Form):
    """What somebody said, and how."""

    purpose = forms.ChoiceField(label=pgettext_lazy("of a consent", "What for"))
    said = forms.ChoiceField(
        label=gettext_lazy("What they said"),
        choices=[
            (_GIVEN, gettext_lazy("Yes, they consent")),
            (_WITHDRAWN, gettext_lazy("No more: they take their consent back")),
        ],
        widget=forms.RadioSelect,
    )
    channel = forms.ChoiceField(label=gettext_lazy("How they said it"))
    note = forms.CharField(
        label=gettext_lazy("Proof"),
        help_text=gettext_lazy("What shows it later: who called whom and when, or which sentence of which mail."),
        max_length=LONGEST_NOTE,
        required=False,
        widget=forms.Textarea({"rows": 2}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        purposes = open_purposes()
        texts, language = newest_texts(purposes), get_language() or "en"
        choices = [(one.code, name_of(texts[one.pk], language)) for one in purposes]
        self.fields["purpose"].choices = choices  # type: ignore[attr-defined]
        labels = dict(ConsentRecord.Channel.choices)
        self.fields["channel"].choices = [(key, labels[key]) for key in _CHANNELS]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Whoever says that somebody agreed says what shows it (GDPR article 7(1))."""
        asked: dict[str, Any] = super().clean() or self.cleaned_data
        if asked.get("said") == _GIVEN and not asked.get("note"):
            self.add_error("note", _("Say what shows that they agreed."))
        return asked


@require_http_methods(["GET", "HEAD", "POST"])
@with_ticket("ticket:read")
def consents(request: ConsoleRequest, ticket: Ticket) -> HttpResponse:
    """What stands and what was; who answers customers here notes what this one says."""
    is_noting = can_note_consent(request.actor, ticket.department_id)
    if request.method == "POST" and not is_noting:
        raise PermissionDenied("consent:note")
    form = NotingForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid() and _noted(request, ticket, form):
        return HttpResponseRedirect(f"{ticket_url(ticket.code)}/consents", status=303)
    return _page(request, ticket, form, is_noting=is_noting)


def _noted(request: ConsoleRequest, ticket: Ticket, form: NotingForm) -> bool:
    asked, who = form.cleaned_data, ticket.requester
    purpose = purpose_by_code(asked["purpose"])
    if asked["said"] == _WITHDRAWN:
        if not withdraw(who, purpose, how=asked["channel"], note=asked["note"], actor=request.actor):
            form.add_error("purpose", _("There is no consent of theirs to this that could be taken back."))
            return False
        messages.success(request, _("Noted. Nothing more is done by this consent."))
        return True
    try:
        proof = Proof(
            channel=asked["channel"],
            language=who.language or request.account.language,
            message_id=_mail_of(ticket) if asked["channel"] == ConsentRecord.Channel.MAIL else None,
            note=asked["note"],
        )
        give(who, purpose, proof, actor=request.actor)
    except (NotAsked, Overtaken):
        form.add_error("purpose", _("This is not asked for any more. Open the page again."))
        return False
    messages.success(request, _("Noted, with the words as they are now and who collects."))
    return True


def _mail_of(ticket: Ticket) -> UUID | None:
    """The newest message of the customer: what is said by mail is said in it, as a rule, and the note says where."""
    newest = newest_incoming(ticket)
    return newest.pk if newest else None


def _page(request: ConsoleRequest, ticket: Ticket, form: NotingForm, *, is_noting: bool) -> HttpResponse:
    who, language = ticket.requester, get_language() or "en"
    note_read("contact.consents_read", who, actor=request.actor)
    context = shell(request) | {
        "page": "tickets",
        "ticket": ticket,
        "person": who.name,
        "form": form,
        "may_note": is_noting and bool(form.fields["purpose"].choices),  # type: ignore[attr-defined]
        "standing": standing_shown(said_by(who, language)),
        "history": history_shown(history_of(who), language),
        "link": link_of(who, request.account.slug) if is_noting else "",
        "back_url": ticket_url(ticket.code),
    }
    return TemplateResponse(request, "console/consents.html", context, status=422 if form.is_bound else 200)
