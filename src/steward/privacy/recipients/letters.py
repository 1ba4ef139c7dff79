"""The letter by which one recipient is told, in the language of the account."""

from dataclasses import dataclass, replace

from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from steward.channels.email.addressing import mail_accounts
from steward.channels.email.languages import writing_in
from steward.channels.email.recipients import base_address
from steward.channels.email.to_members import Words, mail_to_member
from steward.contacts.actions import fold_email
from steward.contacts.models import Contact
from steward.events.models import Event
from steward.lib.html import text_to_html
from steward.outbox.actions import NewMail
from steward.privacy.recipients.models import Recipient, Telling
from steward.tenancy.models import Account
from steward.tenancy.scope import current_account_id
from steward.ui.ages import full_day

PURPOSE = "notice to a recipient"


class NoWay(RuntimeError):
    """There is no address to write to, or it is one of ours, or nobody knows any more what is to be written."""


@dataclass(frozen=True, slots=True)
class Written:
    """A letter, to be sent or to be copied."""

    subject: str
    text: str


def letter_to(one: Recipient) -> Written | None:
    """What this recipient is told; None when what the letter would name is forgotten."""
    if one.identifiers is None:
        return None
    account = Account.objects.get(pk=current_account_id())
    with writing_in(account.language, account):
        subject, said, asked = _words(one.telling, account)
        named = "\n".join(f"- {each}" for each in (*one.identifiers["names"], *one.identifiers["addresses"]))
        parts = [
            _("Hello,"), said, _("The person is found by:") + f"\n{named}", *_right_now(one), asked,
            _("Please leave the name and the addresses out of an answer."),
            _("Our number of this: %(number)s") % {"number": one.telling.about_id}, account.name,
        ]  # fmt: skip
    return Written(subject, "\n\n".join(parts) + "\n")


def mail_to(one: Recipient) -> NewMail:
    """The letter as a mail. What comes back of it is noted at it, and becomes no ticket. Raises `NoWay`."""
    letter = letter_to(one)
    if letter is None or not one.address or is_ours(one.address):
        raise NoWay("no letter, or no address")
    account = Account.objects.get(pk=current_account_id())
    answers_to = next((each.address for each in mail_accounts()), "")
    words = Words(letter.subject, letter.text, text_to_html(letter.text), reply_to=answers_to)
    mail = mail_to_member(account, (one.name, one.address), words, purpose=PURPOSE, is_watched=True)
    return replace(mail, about=one.telling_id)


def is_ours(address: str) -> bool:
    """Whether mail to it comes back as a ticket: who was erased would be named here again."""
    return base_address(address) in {each for one in mail_accounts() for each in (one.address, one.forwarded_to)}


def _words(telling: Telling, account: Account) -> tuple[str, str, str]:
    """Subject, what was done, and what is asked for."""
    more = {"company": account.name, "day": full_day(localtime(telling.prepared_at).date())}
    if telling.of == Telling.Of.RECTIFICATION:
        subject = _("Personal data were corrected (GDPR article 19)")
        said = _(
            "On %(day)s %(company)s corrected what it knows of a person (GDPR article 16). You may have received data "
            "of this person from us; therefore we tell you of it (GDPR article 19)."
        )
        asked = _("Please correct what you hold of this person.")
    elif telling.of == Telling.Of.RESTRICTION:
        subject = _("Personal data are not to be used (GDPR article 19)")
        said = _(
            "Since %(day)s %(company)s keeps the data of a person and does not use them (GDPR article 18). You may "
            "have received data of this person from us; therefore we tell you of it (GDPR article 19)."
        )
        asked = _("Please keep what you hold of this person, and do not use it either.")
    else:
        subject = _("Personal data were erased (GDPR article 19)")
        said = _(
            "On %(day)s %(company)s erased the data of a person (GDPR article 17). You may have received data of this "
            "person from us; therefore we tell you of it (GDPR article 19)."
        )
        asked = _("Please erase what you hold of this person, unless a law obliges you to keep it.")
    return subject, said % more, asked


def _right_now(one: Recipient) -> list[str]:
    """After a correction: what is right. Read when the letter is made, it holds nothing of it."""
    corrected = one.telling.contact_id
    contact = Contact.objects.filter(pk=corrected).first() if corrected else None
    if contact is None:
        return []
    known = [contact.name, *_right_addresses(one, contact)]
    lines = "\n".join(f"- {each}" for each in known if each)
    return [pgettext("of data that were corrected", "This is right now:") + f"\n{lines}"]


def _right_addresses(one: Recipient, contact: Contact) -> list[str]:
    """Whoever got the same mails hears of the addresses they saw, and of what these were corrected to: of no other."""
    standing = list(contact.addresses.order_by("id").values_list("value", flat=True))
    if one.kind != Recipient.Kind.CORRESPONDENT:
        return standing
    seen = set((one.identifiers or {})["addresses"])
    corrected = Event.objects.filter(
        object_id=contact.pk, kind="contact.rectified", at__gte=one.telling.prepared_at, changes__isnull=False
    )
    for told in corrected.order_by("id"):
        before, after = ((told.changes or {})[each].get("addresses", []) for each in ("was", "became"))
        seen |= {fold_email(new) for old, new in zip(before, after, strict=True) if fold_email(old) in seen}
    return [each for each in standing if fold_email(each) in seen]
