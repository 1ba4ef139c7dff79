"""Redactions in words: why, what was found, where it stands, and who did it."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from steward.lib.ids import read_id
from steward.lib.sensitive import Kind
from steward.people.models import Membership
from steward.tickets.actions.redacting import REDACTIONS, Reason
from steward.tickets.models import Message
from steward.tickets.rewriting import Where
from steward.tickets.sensitive_messages import SENSITIVE
from steward.ui.ages import in_full
from steward.ui.enumerating import enumerated

REASONS = {
    Reason.CARD: pgettext_lazy("why words were redacted", "card number"),
    Reason.BANK_ACCOUNT: pgettext_lazy("why words were redacted", "bank account"),
    Reason.CONTACT_DETAILS: pgettext_lazy("why words were redacted", "telephone number or address"),
    Reason.SIGN_IN: pgettext_lazy("why words were redacted", "password, code or key"),
    Reason.IDENTITY: pgettext_lazy("why words were redacted", "identity number"),
    Reason.SENSITIVE: pgettext_lazy("why words were redacted", "health, belief or something as private"),
    Reason.SOMEBODY_ELSE: pgettext_lazy("why words were redacted", "about somebody else"),
    Reason.OTHER: pgettext_lazy("why words were redacted", "another reason"),
}
KINDS = {
    Kind.CARD: pgettext_lazy("found in a text", "card number"),
    Kind.IBAN: pgettext_lazy("found in a text", "bank account"),
    Kind.IDENTITY: pgettext_lazy("found in a text", "identity number"),
    Kind.SECRET: pgettext_lazy("found in a text", "password or key"),
    Kind.PHONE: pgettext_lazy("found in a text", "telephone number"),
    Kind.EMAIL: pgettext_lazy("found in a text", "e-mail address"),
}
REASON_FOR = {
    Kind.CARD: Reason.CARD,
    Kind.IBAN: Reason.BANK_ACCOUNT,
    Kind.IDENTITY: Reason.IDENTITY,
    Kind.SECRET: Reason.SIGN_IN,
    Kind.PHONE: Reason.CONTACT_DETAILS,
    Kind.EMAIL: Reason.CONTACT_DETAILS,
}
PLACES = {
    Where.MESSAGE: gettext_lazy("Messages of this ticket, with the copies they quote"),
    Where.SUBJECT: gettext_lazy("The subject of the ticket"),
    Where.NAME: gettext_lazy("Names of files"),
    Where.FILE: gettext_lazy("Files of text, tables, web pages and mails"),
    Where.DRAFT: gettext_lazy("Answers that are being written"),
    Where.RAW_MAIL: gettext_lazy("Mails as they came"),
    Where.RETURNED: gettext_lazy("Reports about mails that did not arrive"),
    Where.WAITING: gettext_lazy("Automatic answers that have not left: they are not sent"),
}


def hint_of(message: Message) -> str:
    """What was found in a message when it came, as a sentence; empty when nothing was."""
    kinds = [KINDS[Kind(code)] for code in message.findings.get(SENSITIVE, []) if code in set(Kind)]
    return _("Found in this message: %(kinds)s.") % {"kinds": enumerated(list(map(str, kinds)))} if kinds else ""


def redactors(messages: Iterable[Message]) -> Mapping[UUID, str]:
    """The names of those who redacted them; one query, none when nothing was redacted."""
    found = {by for message in messages for mark in _marks(message) if (by := read_id(mark.get("by") or ""))}
    return dict(Membership.objects.filter(pk__in=found).values_list("id", "name")) if found else {}


def redactions_of(message: Message, names: Mapping[UUID, str]) -> list[str]:
    """A sentence for each time something in the message was redacted."""
    return [_sentence(mark, names) for mark in _marks(message)]


def reason_in_words(code: object) -> str:
    return str(REASONS[Reason(str(code))]) if code in set(Reason) else ""


def _marks(message: Message) -> Collection[Mapping[str, Any]]:
    marks: Collection[Mapping[str, Any]] = message.findings.get(REDACTIONS, [])
    return marks


def _sentence(mark: Mapping[str, Any], names: Mapping[UUID, str]) -> str:
    by = read_id(mark.get("by") or "")
    who = names.get(by, _("a former agent")) if by else pgettext("who did something", "Steward")
    told = {"who": who, "when": in_full(datetime.fromisoformat(mark["at"])), "why": reason_in_words(mark["reason"])}
    return _("%(who)s redacted words of this message on %(when)s. Reason: %(why)s.") % told
