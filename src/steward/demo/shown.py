"""What the pages and the JSON of the outbox say of a mail."""

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from steward.demo.outbox import KeptFile, KeptMail, kept_ids, kept_mail
from steward.demo.places import account_url, base_url, places
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope
from steward.tickets.models import Message

_HEADERS = ("Reply-To", "Message-ID", "In-Reply-To", "X-Envelope-From")


def around() -> dict[str, Any]:
    """For every page: the accounts and where mail goes."""
    return {
        "accounts": places(),
        "outbox_url": reverse("demo:outbox"),
        "new_url": reverse("demo:new"),
        "smtp": f"127.0.0.1:{settings.STEWARD_SMTP_PORT}",
    }


def row(kept: KeptMail, *, current: bool) -> dict[str, Any]:
    """A mail in the list."""
    name, address = (kept.people("to") or [("", kept.envelope_to)])[0]
    return {
        "id": kept.id,
        "url": reverse("demo:mail", args=[kept.id]),
        "current": current,
        "kind": "automatic" if kept.is_automatic else "mail",
        "to_name": name,
        "to_email": address,
        "at": kept.at,
        "subject": kept.subject,
        "preview": kept.preview,
    }


def mail_context(kept: KeptMail) -> dict[str, Any]:
    """A mail as its page shows it."""
    code = ticket_code(kept)
    return {
        "id": kept.id,
        "url": reverse("demo:mail", args=[kept.id]),
        "eml_url": reverse("demo:eml", args=[kept.id]),
        "raw_url": reverse("demo:raw", args=[kept.id]),
        "body_url": reverse("demo:body", args=[kept.id]) if kept.html else "",
        "answer_url": reverse("demo:answer", args=[kept.id]),
        "subject": kept.subject,
        "from_line": line(kept, "from"),
        "to_line": line(kept, "to") or kept.envelope_to,
        "cc_line": line(kept, "cc"),
        "at": kept.at,
        "headers": [{"name": name, "value": value} for name in _HEADERS if (value := _header(kept, name))],
        "text": kept.text,
        "raw": kept.raw.decode(errors="replace"),
        "raw_size": len(kept.raw),
        "attachments": [{"name": f.name, "size": len(f.content), "url": file_url(kept, f)} for f in kept.files()],
        "ticket_code": code,
        "ticket_url": f"{account_url(kept.account)}/console/tickets/{code}" if code else "",
    }


def all_as_json() -> list[dict[str, Any]]:
    """Everything in the outbox, newest first."""
    return [_as_json(mail_id) for mail_id in sorted(kept_ids(), reverse=True)]


@lru_cache(maxsize=8192)  # scripts ask again and again; a mail never changes
def _as_json(mail_id: str) -> dict[str, Any]:
    """A mail for scripts: Message-IDs as in the headers, times in ISO 8601, URLs whole."""
    kept = kept_mail(mail_id)
    return {
        "id": kept.id,
        "account": kept.account,
        "from": line(kept, "from"),
        "to": _addresses(kept, "to"),
        "cc": _addresses(kept, "cc"),
        "reply_to": _addresses(kept, "reply-to"),
        "envelope_from": kept.envelope_from,
        "envelope_to": [part.strip() for part in kept.envelope_to.split(",") if part.strip()],
        "subject": kept.subject,
        "message_id": kept.header("message-id"),
        "in_reply_to": kept.header("in-reply-to"),
        "references": kept.header("references"),
        "at": kept.at.isoformat(),
        "text": kept.text,
        "html": kept.html,
        "attachments": [
            {
                "filename": f.name,
                "size": len(f.content),
                "content_type": f.content_type,
                "url": _whole(file_url(kept, f)),
            }
            for f in kept.files()
        ],
        "raw_url": _whole(reverse("demo:raw", args=[kept.id])),
        "url": _whole(reverse("demo:mail", args=[kept.id])),
    }


def ticket_code(kept: KeptMail) -> str:
    """The ticket that the mail belongs to; empty when it belongs to none."""
    account = Account.objects.filter(slug=kept.account).first()
    if account is None:
        return ""
    ids = [kept.header(name).strip("<>") for name in ("message-id", "in-reply-to")]
    with account_scope(account.id):
        found = Message.objects.filter(internet_id__in=[each for each in ids if each]).select_related("ticket").first()
        return found.ticket.code if found else ""


def file_url(kept: KeptMail, file: KeptFile) -> str:
    return reverse("demo:file", args=[kept.id, file.number])


def line(kept: KeptMail, header: str) -> str:
    """A header's people as they are written: `Name <address>`."""
    return ", ".join(f"{name} <{address}>" if name else address for name, address in kept.people(header))


def trusted(html: str) -> SafeString:
    """HTML that `render_mail` has sanitised as its last step."""
    return mark_safe(html)  # noqa: S308


def _header(kept: KeptMail, name: str) -> str:
    return kept.envelope_from if name == "X-Envelope-From" else kept.header(name)


def _addresses(kept: KeptMail, header: str) -> list[str]:
    return [address for _, address in kept.people(header)]


def _whole(path: str) -> str:
    return f"{base_url()}{path}"
