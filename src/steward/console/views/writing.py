"""Answers and notes."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from steward.console.entrance import ConsoleRequest, with_ticket
from steward.console.forms import WritingForm
from steward.console.lists import list_context, url_after, view_from
from steward.console.meanwhile import AnsweredMeanwhile, check_answers
from steward.console.onward import go_on_at
from steward.console.shell import shell
from steward.console.ticket_page import newest_incoming, reply_to_of, ticket_context
from steward.console.views.drafting import seen_marks
from steward.files.actions import NewFile, store_files
from steward.files.models import File
from steward.tickets import actions
from steward.tickets.actions.replying import NothingWritten, Writing
from steward.tickets.conversation import Correspondent
from steward.tickets.messages import draft_files, is_message
from steward.tickets.models import Ticket
from steward.tickets.restriction import Restricted

T = TypeVar("T")


@require_POST
@with_ticket("ticket:reply")
def reply(request: ConsoleRequest, ticket: Ticket) -> HttpResponse:
    """Answer the customer; with `then=resolve` the ticket is resolved after."""
    form = WritingForm(request.POST)
    if form.is_valid():
        written_once(form, lambda: _send(request, ticket, form), again=lambda: _forget(request, ticket))
    return _answer(request, ticket, form, is_answer=True)


@require_POST
@with_ticket("ticket:note")
def note(request: ConsoleRequest, ticket: Ticket) -> HttpResponse:
    """Leave a note that only agents see."""
    form = WritingForm(request.POST)
    if form.is_valid():
        written_once(form, lambda: _keep_note(request, ticket, form), again=lambda: _forget(request, ticket))
    return _answer(request, ticket, form, is_answer=False)


def _send(request: ConsoleRequest, ticket: Ticket, form: WritingForm) -> None:
    check_answers(ticket, request.me, read_to=form.cleaned_data["read_to"])
    actions.reply_to_ticket(
        ticket,
        writing_of(request, form, ticket),
        author=request.me,
        actor=request.actor,
        to=_addressees(ticket, form),
        cc=form.cleaned_data["cc"],
    )
    _forget(request, ticket)
    if form.cleaned_data["then"] == "resolve":
        _resolve(request, ticket)


def _resolve(request: ConsoleRequest, ticket: Ticket) -> None:
    try:
        actions.resolve_ticket(ticket, actor=request.actor)
    except actions.StatusRefused as error:
        raise NotToBeResolved from error


def _keep_note(request: ConsoleRequest, ticket: Ticket, form: WritingForm) -> None:
    actions.add_note(ticket, writing_of(request, form, ticket), author=request.me, actor=request.actor)
    _forget(request, ticket)


def _forget(request: ConsoleRequest, ticket: Ticket) -> None:
    """Its draft, unless another tab has written since."""
    actions.discard_draft(request.me, ticket, seen=seen_marks(request.POST))


class FileGone(ValueError):
    """The form names a file that the draft does not hold."""


class NobodyToWriteTo(ValueError):
    """The customer has no address."""


class NotToBeResolved(ValueError):
    """The ticket may be answered, but not resolved: it is spam, or deleted."""


class AnotherWish(ValueError):
    """A newer mail asks for answers somewhere else than the one that was shown."""


_REFUSALS = (
    NothingWritten, actions.StatusRefused, NotToBeResolved, NobodyToWriteTo, AnotherWish, FileGone, Restricted
)  # fmt: skip
_WORDS = {
    NothingWritten: gettext_lazy("There is nothing to send yet: write something first."),
    actions.StatusRefused: gettext_lazy(
        "This ticket is closed, so nothing was sent. Your text is kept below: copy it into a new ticket, or keep it "
        "here as a note."
    ),
    NotToBeResolved: gettext_lazy(
        "Nothing was sent: a ticket that is spam or deleted cannot be resolved. Send without resolving, or restore "
        "the ticket first."
    ),
    NobodyToWriteTo: gettext_lazy("Nothing was sent: no address of this customer is known."),
    AnotherWish: gettext_lazy(
        "Nothing was sent: since this page was opened, the customer has asked for answers at another address. "
        "Look at it, then send again."
    ),
    Restricted: gettext_lazy(
        "Nothing was sent: somebody it would go to asked that their data be kept and not used. They are written to "
        "only in answer to their request."
    ),
    FileGone: gettext_lazy("Nothing was sent: a file of this draft is not there any more. Attach it again."),
}


def written_once(form: WritingForm, write: Callable[[], T], *, again: Callable[[], object] = bool) -> T | None:
    """Run `write` unless the same form has been written before; why it could not be goes into the form's errors.

    All of it or nothing. The same form comes twice by a double click, or when the first answer was lost; both may run
    at once, and then the database decides which one is the second. Where it was written before, `again` runs: the page
    that heard nothing has saved its draft anew since.
    """
    if was_sent(form):
        again()
        return None
    try:
        with transaction.atomic():
            return write()
    except IntegrityError:
        if not was_sent(form):
            raise
    except _REFUSALS as refusal:
        if not was_sent(form):
            form.add_error(None, str(_WORDS[type(refusal)]))
    except AnsweredMeanwhile as answered:
        if not was_sent(form):
            form.add_error(None, str(answered))
    return None


def was_sent(form: WritingForm) -> bool:
    """The same form came before: it was sent twice, by a double click or a lost answer."""
    once = form.cleaned_data.get("once")
    return once is not None and is_message(once)


def writing_of(request: ConsoleRequest, form: WritingForm, ticket: Ticket | None) -> Writing:
    """What the form holds: text, the draft's files, and files sent along without scripts."""
    try:
        named = form.attachment_ids()
    except ValueError as error:
        raise FileGone from error
    kept = draft_files(named, author=request.me, ticket=ticket)
    if len(kept) != len(named):
        raise FileGone
    files: list[tuple[File, str]] = [(attachment.file, attachment.name) for attachment in kept]
    uploads = request.FILES.getlist("files")
    stored = store_files(NewFile(upload.read(), upload.content_type or "") for upload in uploads)
    files += [(file, upload.name or "") for file, upload in zip(stored, uploads, strict=True)]
    once = form.cleaned_data.get("once")
    written = Writing(form.html(), files, held_for=actions.HOLD if form.cleaned_data["hold"] else None)
    return replace(written, id=once) if once else written


def _addressees(ticket: Ticket, form: WritingForm) -> Sequence[Correspondent]:
    """The known address of the requester, or the one the newest mail asks for, when the agent saw and chose that."""
    name = ticket.requester.name
    if form.cleaned_data["reply_to"] == "given":
        given = reply_to_of(newest_incoming(ticket), ticket.requester_id)
        if not given or given != form.cleaned_data["given"]:
            raise AnotherWish
        return [Correspondent(name, given)]
    known = ticket.requester.addresses.order_by("id").values_list("value", flat=True).first()
    if not known:
        raise NobodyToWriteTo
    return [Correspondent(name, known)]


def _answer(request: ConsoleRequest, ticket: Ticket, form: WritingForm, *, is_answer: bool) -> HttpResponse:
    if not form.errors:
        return go_on_at(request, url_after(request.me, ticket, is_done=is_answer))
    context = shell(request) | list_context(request.actor, view_from(""), current=ticket.code)
    context |= ticket_context(request, ticket)
    context["draft"] = context["draft"] | {
        "html": form.data.get("body_html", ""),
        "text": form.data.get("body_text", ""),
        "cc": form.data.get("cc", ""),
        "kind": form.data.get("kind", "reply"),
        "mark": form.data.get("seen", ""),
    }
    context |= {"page": "tickets", "composer_errors": [e for errors in form.errors.values() for e in errors]}
    return TemplateResponse(request, "console/ticket.html", context, status=422)
