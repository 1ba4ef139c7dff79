"""The mails that tell people of what concerns them.

They say the code of a ticket, why one is told, and where to read on. What customers wrote leaves in them only when the
account wants that. Nobody answers them: answers go to an address that refuses mail.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from steward.channels.email.to_members import Words, mail_to_member
from steward.notifications.models import Notice
from steward.notifications.wording import path_of, sentence
from steward.outbox.actions import NewMail
from steward.people.languages import language_of
from steward.people.models import Membership
from steward.tenancy.hosts import base_url
from steward.tenancy.models import Account

PURPOSE = "notification"
_MOST_LINES = 50
_LONGEST_TEXT = 2_000


@dataclass(frozen=True, slots=True)
class Reader:
    """To whom, and how they read."""

    name: str
    email: str
    language: str
    zone: str  # IANA
    account: Account
    shows_text: bool

    @classmethod
    def of(cls, member: Membership, account: Account, *, zone: str, shows_text: bool) -> "Reader":
        return cls(member.name, member.user.email, language_of(member, account), zone, account, shows_text)


@dataclass(frozen=True, slots=True)
class Line:
    """A notice as a mail shows it. `subject`, `customer` and `text` are empty unless the account wants them shown."""

    sentence: str
    code: str
    url: str
    at: datetime
    subject: str = ""
    customer: str = ""
    text: str = ""


def compose_notices(notices: Sequence[Notice], reader: Reader) -> NewMail:
    """One mail about one notice or several. Needs `by`, `message`, `ticket.department` and `ticket.requester`."""
    with override(reader.language), timezone.override(reader.zone):
        subject, text, html = _words(notices, reader)
    return _mail(reader, subject, text, html)


def compose_trial(reader: Reader) -> NewMail:
    """One mail that shows how such mails come."""
    with override(reader.language):
        context = {"account": reader.account.name, "settings_url": _settings_url(reader)}
        text, html = (render_to_string(f"notifications/trial.{kind}", context) for kind in ("txt", "html"))
        return _mail(reader, _("Test of your notifications"), text.strip() + "\n", html)


def _mail(reader: Reader, subject: str, text: str, html: str) -> NewMail:
    words = Words(subject, text, html, unsubscribe=_settings_url(reader))
    return mail_to_member(reader.account, (reader.name, reader.email), words, purpose=PURPOSE)


def _words(notices: Sequence[Notice], reader: Reader) -> tuple[str, str, str]:
    newest_first = sorted(notices, key=lambda notice: notice.pk, reverse=True)
    lines = [_line(notice, reader) for notice in newest_first[:_MOST_LINES]]
    context = {
        "account": reader.account.name,
        "lines": lines,
        "more": len(notices) - len(lines),
        "list_url": f"{base_url(reader.account.slug)}/console/notifications",
        "settings_url": _settings_url(reader),
    }
    name = "one" if len(notices) == 1 else "many"
    text, html = (render_to_string(f"notifications/{name}.{kind}", context) for kind in ("txt", "html"))
    return _subject(lines, len(notices)), text.strip() + "\n", html


def _subject(lines: Sequence[Line], number: int) -> str:
    if number == 1:
        [line] = lines
        about = f"{line.sentence}: {line.subject}" if line.subject else line.sentence
        return f"[{line.code}] {about}"
    return ngettext("%(count)s notification", "%(count)s notifications", number) % {"count": number}


def _line(notice: Notice, reader: Reader) -> Line:
    url = f"{base_url(reader.account.slug)}{path_of(notice)}"
    line = Line(sentence(notice), notice.ticket.code, url, notice.at)
    if not reader.shows_text:
        return line
    text = notice.message.body_text if notice.message else notice.ticket.preview
    shown = text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]}…"
    subject, customer = notice.ticket.subject or _("No subject"), notice.ticket.requester.name
    return replace(line, subject=subject, customer=customer, text=shown)


def _settings_url(reader: Reader) -> str:
    return f"{base_url(reader.account.slug)}/console/settings/notifications"
