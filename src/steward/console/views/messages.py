"""Single messages: the body of a mail, the mail as it came, attachments, sending again."""

import re
from collections.abc import Mapping
from typing import TypeVar
from urllib.parse import quote, urlsplit
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from steward.channels.email import resending
from steward.channels.email.access import mail_as_it_came
from steward.channels.email.models import RawMail
from steward.console.entrance import ConsoleRequest, member_required
from steward.console.lists import ticket_url
from steward.console.redactions import redactions_of, redactors
from steward.console.shell import shell
from steward.files.actions import read_file
from steward.files.content_types import INLINE, is_inline_image
from steward.lib.html import frame_policy, remote_images, render_mail
from steward.lib.html.redacting import label_marks
from steward.privacy.audit.reads import note_read
from steward.privacy.egress.decision import Reason
from steward.privacy.egress.gate import record_remote_images
from steward.privacy.subprocessors.words import refusal
from steward.tickets.access import can, get_attachment, get_message
from steward.tickets.messages import carried_images
from steward.tickets.models import Attachment, Message, Ticket

# Controls, the zero-width space and what turns the direction of writing; joiners stay, for Persian needs them.
_DISGUISES = re.compile("[\x00-\x1f\x7f/\\\\\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
R = TypeVar("R", bound=HttpResponseBase)

_FILE_POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"


@require_safe
@member_required
def message_body(request: ConsoleRequest, message_id: UUID) -> HttpResponse:
    """The HTML of a mail for its frame. With `images=1` the browser may fetch those remote images the gate allows."""
    message = _message(request, message_id)
    images, refused = _allowed_images(request, message) if request.GET.get("images") == "1" else (frozenset[str](), "")
    html = render_mail(message.body_html, images=images, cid=_inline_images(message))
    if redactions := redactions_of(message, redactors([message])):
        html = label_marks(html, " ".join(redactions))
    language = message.language or "und"  # whichever the customer wrote in
    body = mark_safe(html)  # noqa: S308  the sanitiser's output
    context = {"body_html": body, "title": message.ticket.subject, "language": language, "refused": refused}
    context["shown_in"] = get_language()
    response = TemplateResponse(request, "console/mail_body.html", context)
    response["Content-Security-Policy"] = frame_policy(remote_images=bool(images))
    response["Content-Language"] = language
    return response


@require_safe
@member_required
def message_raw(request: ConsoleRequest, message_id: UUID) -> HttpResponse:
    """The mail as it came in, as a download; or a page that says why it is not kept any more."""
    message = _message(request, message_id)
    try:
        raw = mail_as_it_came(message)
    except RawMail.DoesNotExist as error:
        if message.kind != Message.Kind.INCOMING:
            raise Http404("this message did not come by mail") from error
        return _not_kept(request, message)
    note_read("ticket.mail_read", message.ticket, actor=request.actor)
    response = HttpResponse(raw, content_type="message/rfc822")
    return _as_download(response, f"{message.ticket.code}.eml")


def _not_kept(request: ConsoleRequest, message: Message) -> HttpResponse:
    """Whoever follows the link learns what became of the mail; what the message says is in the ticket all the same."""
    why = [_("What was read from it is in the ticket.")]
    if redactions := redactions_of(message, redactors([message])):
        why = [*redactions, _("The mail could not be rewritten, so nothing of it is kept."), *why]
    elif "files_removed" in message.findings:
        why = [_("Files were taken out of the message, and the mail they came with went with them."), *why]
    else:
        why = [_("Mails as they came are kept only for a time, or this one was taken out for another reason."), *why]
    do = {"label": _("Back to the ticket"), "url": ticket_url(message.ticket.code)}
    context = {"what": _("The mail as it came is not kept any more"), "why": why, "do": do, "page": "tickets"}
    return TemplateResponse(request, "console/error.html", shell(request) | context, status=410)


@require_safe
@member_required
def attachment(request: ConsoleRequest, attachment_id: UUID) -> HttpResponseBase:
    """A file, always as a download; images that a mail shows in its text may be shown in place with `inline=1`."""
    try:
        found = get_attachment(request.actor, attachment_id)
    except Attachment.DoesNotExist as error:
        raise Http404("no such attachment") from error
    content_type = found.file.content_type
    is_shown = request.GET.get("inline") == "1" and is_inline_image(content_type)
    served = content_type if is_shown else "application/octet-stream"
    response = StreamingHttpResponse(read_file(found.file), content_type=served)
    response["Content-Length"] = found.file.size
    if is_shown:
        response["Content-Security-Policy"] = _FILE_POLICY
        return response
    if found.message:  # else it is one's own, in a draft
        note_read("ticket.file_read", Ticket(pk=found.message.ticket_id), actor=request.actor)
    return _as_download(response, found.name)


@require_POST
@member_required
def resend(request: ConsoleRequest, message_id: UUID) -> HttpResponse:
    """Send a mail again that did not arrive."""
    message = _message(request, message_id)
    if not can(request.actor, "message:resend", message.ticket):
        raise PermissionDenied("message:resend")
    if message.kind != Message.Kind.OUTGOING:
        raise Http404("only answers are sent")
    resending.resend(message, actor=request.actor)
    if "HX-Request" in request.headers:
        return HttpResponse(status=204)
    return HttpResponseRedirect(ticket_url(message.ticket.code), status=303)


def _message(request: ConsoleRequest, message_id: UUID) -> Message:
    try:
        return get_message(request.actor, message_id)
    except Message.DoesNotExist as error:
        raise Http404("no such message") from error


def _allowed_images(request: ConsoleRequest, message: Message) -> tuple[frozenset[str], str]:
    """The addresses the reader's browser may fetch, and in words why it may not fetch others.

    The ledger has their hosts before the browser learns of them.
    """
    hosts = {address: host for address in remote_images(message.body_html) if (host := _host_of(address))}
    said = record_remote_images(request.account.id, list(hosts.values()))
    images = frozenset(address for address, host in hosts.items() if said.get(host) is Reason.ALLOWED)
    denied = next((reason for reason in said.values() if reason is not Reason.ALLOWED), None)
    if denied is not None:
        return images, _("Some pictures are not shown: %(why)s.") % {"why": refusal(denied)}
    too_many = _("Some pictures are not shown: this mail wants them from too many places.")
    return images, too_many if len(said) < len(set(hosts.values())) else ""


def _host_of(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""  # an IPv6 address that is none: no browser fetches it either


def _inline_images(message: Message) -> Mapping[str, str]:
    """The address of each image that the mail carries itself, by Content-ID (RFC 2392)."""
    carried = carried_images(message, INLINE)
    return {each.content_id: f"/console/attachments/{each.id}?inline=1" for each in carried}


def _as_download(response: R, name: str) -> R:
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(_saved_as(name), safe='')}"
    response["Content-Security-Policy"] = _FILE_POLICY
    return response


def _saved_as(name: str) -> str:
    """The name without what disguises an ending: marks nobody sees, and the dots that Windows drops at the end."""
    return _DISGUISES.sub("", name).rstrip(" .") or "file"
