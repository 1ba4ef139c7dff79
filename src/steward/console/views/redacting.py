"""Making words of a message unreadable: choosing them, seeing where they stand, and doing it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from steward.console.bringing import BringingRequest, bringing_files
from steward.console.entrance import ConsoleRequest, member_required
from steward.console.lists import ticket_url
from steward.console.redacting_forms import RedactingForm, WordsForm, reason_for
from steward.console.redactions import PLACES
from steward.console.shell import shell
from steward.files.actions import need_here
from steward.lib.ids import read_id
from steward.lib.redacting import TooShort, pattern_of, redacted
from steward.privacy.holds.actions import Held
from steward.privacy.holds.words import refusal
from steward.tickets import actions
from steward.tickets.access import can, get_message
from steward.tickets.models import Attachment, Message
from steward.tickets.rewriting import files_to_read, unread_files


@bringing_files
@never_cache
@sensitive_post_parameters("words", "found")
@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def redaction(request: BringingRequest, message_id: UUID) -> HttpResponse:
    """Choose words (`step` is `look` then), and redact them (`redact`). Words come by POST only: addresses are logged.

    A POST without a step brings words that were selected in the ticket.
    """
    message = _message(request, message_id)
    if request.POST.get("step") in {"look", "redact"} and not request.files_are_here:
        need_here(files_to_read(message.ticket))
    match request.POST.get("step") if request.method == "POST" else None:
        case "look":
            return _look(request, message)
        case "redact":
            return _redact(request, message)
        case _:
            return _choosing(request, message, WordsForm(message=message, initial=_selected(request)))


def _message(request: ConsoleRequest, message_id: UUID) -> Message:
    try:
        message = get_message(request.actor, message_id)
    except Message.DoesNotExist as error:
        raise Http404("no such message") from error
    if not can(request.actor, "message:redact", message.ticket):
        raise PermissionDenied("message:redact")
    return message


def _selected(request: ConsoleRequest) -> dict[str, str]:
    lines = (" ".join(line.split()) for line in request.POST.get("words", "").splitlines())
    return {"words": "\n".join(filter(None, lines))}


def _look(request: ConsoleRequest, message: Message) -> HttpResponse:
    form = WordsForm(request.POST, message=message)
    if not form.is_valid() or form.reach is None:
        return _choosing(request, message, form)
    initial = {"words": "\n".join(form.chosen), "reason": reason_for(form.chosen)}
    confirming = RedactingForm(initial=initial, removable=_removable(message, form.chosen))
    return _page(request, message, _shown(message, confirming, form.chosen, form.reach))


def _redact(request: ConsoleRequest, message: Message) -> HttpResponse:
    chosen = RedactingForm(request.POST, removable=()).chosen
    try:
        reach = actions.reach_of(message, chosen)
    except (actions.NothingFound, TooShort):
        words = _("Nothing was redacted: these words do not stand in the message any more.")
        messages.error(request, words)
        return HttpResponseRedirect(request.path, status=303)
    form = RedactingForm(request.POST, removable=_removable(message, chosen))
    if form.is_valid():
        try:
            _do(request, message, form)
            return HttpResponseRedirect(f"{ticket_url(message.ticket.code)}#m-{message.pk}", status=303)
        except Held as held:
            form.add_error(
                None, _("A legal hold keeps this ticket as it is. Nothing was redacted; an admin can lift the hold.")
            )
            form.add_error(None, refusal(held.holds))
    return _page(request, message, _shown(message, form, form.chosen, reach), status=422)


def _do(request: ConsoleRequest, message: Message, form: RedactingForm) -> None:
    reason = actions.Reason(form.cleaned_data["reason"])
    files = [pk for text in form.cleaned_data.get("removed", []) if (pk := read_id(text))]
    actions.redact_words(message, form.chosen, reason=reason, removing=files, actor=request.actor)
    messages.success(request, _("The words are redacted, here and in every copy that was listed."))


def _removable(message: Message, words: list[str]) -> list[Attachment]:
    return [each for each in unread_files(message.ticket, pattern_of(words)) if each.message_id == message.pk]


def _choosing(request: ConsoleRequest, message: Message, form: WordsForm) -> HttpResponse:
    return _page(request, message, {"choosing": form}, status=422 if form.is_bound else 200)


def _shown(message: Message, form: RedactingForm, words: list[str], reach: actions.Redaction) -> dict[str, Any]:
    places = [
        {"label": label, "number": reach.copies[where], "gone": reach.gone.get(where, 0)}
        for where, label in PLACES.items()
        if where in reach.copies
    ]
    after = redacted(message.body_text, pattern_of(words))[0]
    return {"form": form, "words": words, "places": places, "reach": reach, "after": after}


def _page(request: ConsoleRequest, message: Message, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    shown = {"message": message, "ticket": message.ticket, "page": "tickets"}
    return TemplateResponse(request, "console/redaction.html", shell(request) | shown | context, status=status)
