"""What became of a mail we sent: delivery status notifications (RFC 3464) and the bounces of older programs."""

from __future__ import annotations

import re
from dataclasses import replace

from steward.channels.email.parsing.automatic import has_null_sender
from steward.channels.email.parsing.charsets import decode, storable
from steward.channels.email.parsing.headers import Headers, read_headers
from steward.channels.email.parsing.mail import Address, DeliveryReport
from steward.channels.email.parsing.structure import Part

MAX_STATUS_BYTES = 256 * 1024
MAX_TEXT = 64 * 1024
MAX_RECIPIENTS = 100
# The worst outcome is the one that is told.
SEVERITY = {"failed": 0, "delayed": 1, "expanded": 2, "relayed": 3, "delivered": 4}
ORIGINALS = frozenset({"message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers"})

BLANK = re.compile(rb"\r?\n[ \t]*\r?\n")
MESSAGE_ID = re.compile(r"^[ \t>]*message-id:\s*<([^<>\s]{3,998})>", re.I | re.M)
STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
REPLY = re.compile(r"^.{0,200}?\b([45]\d\d)[ -].{3,}$", re.M)
RECIPIENT = re.compile(r"<([^<>\s@]{1,64}@[^<>\s]{1,255})>|^\s*([\w.+-]{1,64}@[\w.-]{1,255})\b", re.M)
BOUNCER = re.compile(r"^(?:mailer-?daemon|postmaster|mail-?daemon|mdaemon|mmdf)\b", re.I)
BOUNCE_SUBJECT = re.compile(
    r"undeliver|returned mail|delivery (?:status|failure|failed|has failed|problem|report|notification)"
    r"|mail delivery|could not (?:send|deliver)|message \S+ delayed|delayed mail|failure notice|non[- ]?deliver"
    r"|unzustellbar|nicht zugestellt|non remis|échec|no (?:se ha podido )?entrega|mancata consegna|niedostarcz"
    r"|недостав",
    re.I,
)
DELAY = re.compile(
    r"delay|warning: could not send|still trying|will (?:be )?retr|not (?:yet )?been delivered yet", re.I
)


def read_report(root: Part, *, sender: Address | None, text: str) -> DeliveryReport | None:
    """The report a mail is, or None. `text` is its body as plain text, for programs that know no standard."""
    for part in root.leaves():
        if part.content_type in ("message/delivery-status", "message/global-delivery-status"):
            return _read_status(part, root)
    if root.headers.raw("x-failed-recipients") or _looks_like_bounce(root, sender):
        return _read_classic(root, text[:MAX_TEXT])
    return None


def _read_status(part: Part, root: Part) -> DeliveryReport:
    content = part.decoded()[0][:MAX_STATUS_BYTES].strip(b"\r\n")
    groups = [read_headers(group, 0, len(group))[0] for group in BLANK.split(content)[: MAX_RECIPIENTS + 1]]
    recipients = [group for group in groups if "final-recipient" in group.fields or "action" in group.fields]
    chosen = min(recipients, key=_severity, default=Headers())
    return DeliveryReport(
        action=_action(chosen),
        status=_first(STATUS, chosen.text("status")),
        diagnostic=_after_type(chosen.text("diagnostic-code"))[:2_000],
        recipient=_mailbox(chosen.text("final-recipient")),
        original_message_id=_original_id(root),
        original_recipient=_mailbox(chosen.text("original-recipient")),
    )


def _severity(group: Headers) -> int:
    return SEVERITY.get(_action(group), 5)


def _action(group: Headers) -> str:
    action = group.value("action").split(" ")[0]
    return action or {"5": "failed", "4": "delayed", "2": "delivered"}.get(group.text("status")[:1], "failed")


def _after_type(text: str) -> str:
    """`smtp; 550 no such user` without the type."""
    kind, separator, value = text.partition(";")
    return value.strip() if separator and " " not in kind.strip() else text


def _mailbox(text: str) -> str:
    return _after_type(text).strip().strip("<>").strip()


def _original_id(root: Part) -> str:
    for part in root.leaves():
        if part.content_type in ORIGINALS:
            content = part.decoded()[0]
            ids = read_headers(content, 0, len(content))[0].ids("message-id")
            if ids:
                return ids[0]
    return ""


def is_daemon(sender: Address) -> bool:
    """Whether a mail server writes and no human."""
    return BOUNCER.match(sender.email) is not None


def _looks_like_bounce(root: Part, sender: Address | None) -> bool:
    """A null sender or a daemon, and a subject that says so: neither alone is enough."""
    from_daemon = sender is not None and is_daemon(sender)
    return (from_daemon or has_null_sender(root.headers)) and bool(BOUNCE_SUBJECT.search(root.headers.text("subject")))


def _read_classic(root: Part, text: str) -> DeliveryReport:
    """qmail, old Exim and sendmail, Exchange: the text is all there is; the returned mail often stands in it."""
    report = report_in_words(root.headers.text("subject"), text)
    headers_inside = MESSAGE_ID.findall(text) or MESSAGE_ID.findall(_raw_text(root))
    return replace(
        report,
        recipient=root.headers.text("x-failed-recipients").split(",")[0].strip() or report.recipient,
        original_message_id=_original_id(root) or (headers_inside[0] if headers_inside else ""),
    )


def report_in_words(subject: str, text: str) -> DeliveryReport:
    """What a report tells that is known to be one, by its subject and text: failed unless it speaks of a delay."""
    explanation = re.split(r"^-{2,}.{0,80}(?:copy of|original|returned|below)", text, maxsplit=1, flags=re.I | re.M)[0]
    status, reply, match = _first(STATUS, explanation), REPLY.search(explanation), RECIPIENT.search(explanation)
    failed_for_now = DELAY.search(subject) is not None or status.startswith("4")
    return DeliveryReport(
        action="delayed" if failed_for_now else "failed",
        status=status,
        diagnostic=" ".join(reply.group().split())[:2_000] if reply else "",
        recipient=match.group(1) or match.group(2) if match else "",
    )


def _raw_text(root: Part) -> str:
    leaf = next(iter(root.leaves()))
    return storable(decode(leaf.decoded()[0][:MAX_TEXT])[0])


def _first(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return match.group(1) if match else ""
