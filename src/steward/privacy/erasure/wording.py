"""What erasures count, in words: stores in groups that people know, for plans, results and certificates.

A store without words of its own is counted under the last heading; a test names it.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from django.utils.translation import pgettext_lazy


class Group(StrEnum):
    """What people call the places, in the order in which they are told."""

    PERSON = "person"
    TICKETS = "tickets"
    PARTS = "parts"
    MESSAGES = "messages"
    ELSEWHERE = "elsewhere"
    NAMES = "names"
    RECIPIENTS = "recipients"
    MENTIONS = "mentions"
    FILES = "files"
    DRAFTS = "drafts"
    MAIL_IN = "mail_in"
    MAIL_OUT = "mail_out"
    MAILBOXES = "mailboxes"
    SEARCH = "search"
    NOTICES = "notices"
    EVENTS = "events"
    REQUESTS = "requests"
    EXPORTS = "exports"
    CONSENTS = "consents"
    PROFILE = "profile"
    SIGN_IN = "sign_in"
    OTHER = "other"


WORDS: Mapping[Group, Any] = {
    Group.PERSON: pgettext_lazy("what is erased", "Name and addresses of the person"),
    Group.TICKETS: pgettext_lazy("what is erased", "Tickets"),
    Group.PARTS: pgettext_lazy("what is erased", "Tags of these tickets, and who takes part in them"),
    Group.MESSAGES: pgettext_lazy("what is erased", "Messages in these tickets"),
    Group.ELSEWHERE: pgettext_lazy("what is erased", "Messages of the person in tickets of others"),
    Group.NAMES: pgettext_lazy("what is erased", "Messages that stay, without the sender’s name"),
    Group.RECIPIENTS: pgettext_lazy(
        "what is erased", "Messages and drafts of others that name the person as recipient"
    ),
    Group.MENTIONS: pgettext_lazy("what is erased", "Mentions in texts of others"),
    Group.FILES: pgettext_lazy("what is erased", "Files"),
    Group.DRAFTS: pgettext_lazy("what is erased", "Drafts"),
    Group.MAIL_IN: pgettext_lazy("what is erased", "Mails as they came in"),
    Group.MAIL_OUT: pgettext_lazy("what is erased", "Mails that left, or wait to leave"),
    Group.MAILBOXES: pgettext_lazy("what is erased", "Copies in your mailboxes"),
    Group.SEARCH: pgettext_lazy("what is erased", "Search entries"),
    Group.NOTICES: pgettext_lazy("what is erased", "Notices to agents, and the mails that told them"),
    Group.EVENTS: pgettext_lazy("what is erased", "What events say (that they happened stays)"),
    Group.REQUESTS: pgettext_lazy("what is erased", "Requests of the person, and plans to erase them"),
    Group.EXPORTS: pgettext_lazy("what is erased", "Exports of the person"),
    Group.CONSENTS: pgettext_lazy("what is erased", "Consents of the person"),
    Group.PROFILE: pgettext_lazy("what is erased", "The agent’s profile, with what they chose for themselves"),
    Group.SIGN_IN: pgettext_lazy("what is erased", "What the agent signs in with"),
    Group.OTHER: pgettext_lazy("what is erased", "Other places"),
}

GROUP_OF: Mapping[str, Group] = {
    "contacts.addresses": Group.PERSON,
    "contacts.contacts": Group.PERSON,
    "contacts.nameless": Group.PERSON,
    "email.automatic_answers": Group.PERSON,
    "tickets.tickets": Group.TICKETS,
    "tickets.tags": Group.PARTS,
    "tickets.participants": Group.PARTS,
    "tickets.messages": Group.MESSAGES,
    "tickets.tombstones": Group.ELSEWHERE,
    "tickets.senders": Group.NAMES,
    "tickets.recipients": Group.RECIPIENTS,
    "tickets.draft_addressees": Group.RECIPIENTS,
    "mentions.words": Group.MENTIONS,
    "tickets.attachments": Group.FILES,
    "tickets.files": Group.FILES,
    "tickets.drafts": Group.DRAFTS,
    "tickets.draft_attachments": Group.DRAFTS,
    "email.raw": Group.MAIL_IN,
    "notifications.reports": Group.MAIL_IN,
    "tickets.answers": Group.MAIL_OUT,
    "tickets.shared_answers": Group.MAIL_OUT,
    "outbox.mails": Group.MAIL_OUT,
    "email.quoting": Group.MAIL_OUT,
    "email.mailboxes": Group.MAILBOXES,
    "tickets.search": Group.SEARCH,
    "notifications.notices": Group.NOTICES,
    "notifications.mails": Group.NOTICES,
    "notifications.to_members": Group.NOTICES,
    "notifications.of_account": Group.NOTICES,
    "notifications.wishes": Group.PROFILE,
    "people.memberships": Group.PROFILE,
    "people.departments": Group.PROFILE,
    "people.sessions": Group.SIGN_IN,
    "people.identities": Group.SIGN_IN,
    "events.changes": Group.EVENTS,
    "tickets.events": Group.EVENTS,
    "requests.askers": Group.REQUESTS,
    "erasure.plans": Group.REQUESTS,
    "recipients.letters": Group.REQUESTS,
    "recipients.addresses": Group.RECIPIENTS,
    "erasure.failed": Group.REQUESTS,
    "mentions.listed": Group.REQUESTS,
    "exports.exports": Group.EXPORTS,
    "exports.archives": Group.EXPORTS,
    "consent.records": Group.CONSENTS,
    "consent.changes": Group.EVENTS,
}


def by_group(numbers: Mapping[str, int]) -> dict[Group, int]:
    """Numbers of stores as numbers of groups, in the order of these; without those that are nothing."""
    found = dict.fromkeys(Group, 0)
    for name, number in numbers.items():
        found[GROUP_OF.get(name, Group.OTHER)] += number
    return {group: number for group, number in found.items() if number}
