"""Which words a mail is made of: the account's own in the reader's language, else in its own language, else ours."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from steward.brand.looks import LOGO_ID, Look, dressed, look_of
from steward.channels.email.composing import Inline
from steward.channels.email.models import MailTemplate
from steward.channels.email.wording import AUTOMATIC_GAPS, BLOCKS, GAPS, Allowed, check
from steward.contacts.models import Contact
from steward.events.actions import record
from steward.lib.actor import Actor
from steward.lib.clock import now
from steward.lib.html import sanitise_outgoing
from steward.tenancy.languages import spoken
from steward.tenancy.models import Account
from steward.tenancy.scope import current_account_id

Kind = MailTemplate.Kind

ALLOWED: Mapping[str, Allowed] = {
    Kind.AUTOMATIC: Allowed(AUTOMATIC_GAPS),
    Kind.PRIVACY: Allowed(AUTOMATIC_GAPS),
    Kind.ANSWER: Allowed(GAPS, BLOCKS, needed="answer"),
    Kind.FIRST: Allowed(GAPS, ("answer", "signature"), needed="answer"),
}
SUBJECT = Allowed(AUTOMATIC_GAPS)
HAS_SUBJECT = frozenset(
    {Kind.AUTOMATIC.value, Kind.PRIVACY.value}
)  # another subject would part an answer from what it answers
FRAMES: Mapping[str, str] = {
    Kind.ANSWER: "{{answer}}\n\n{{signature}}\n\n{{history}}",
    Kind.FIRST: "{{answer}}\n\n{{signature}}",
}


@dataclass(frozen=True, slots=True)
class Words:
    """What a mail of one kind is made of, and the language it is then in. `is_own`: the account wrote them."""

    language: str
    subject: str
    body: str
    is_own: bool


class Wordings:
    """The words and the look of the account in scope, read once for all mails of a batch."""

    def __init__(self) -> None:
        self.account: Account = Account.objects.get(pk=current_account_id())
        self.look: Look | None = look_of(self.account.name)
        self._pictures: list[Inline] | None = None
        self._own = {(row.kind, row.language): row for row in MailTemplate.objects.all()}

    @property
    def name(self) -> str:
        """What customers know the account by."""
        return self.look.name if self.look else self.account.name

    def worn(self, html: str) -> tuple[str, list[Inline]]:
        """The HTML of a mail in the account's brand, and the pictures it carries: none is loaded from elsewhere."""
        if self.look is None or not self.look.is_worn_in_mails:
            return html, []
        if self._pictures is None:
            logo = self.look.logo_for_mails()
            self._pictures = [Inline(LOGO_ID, logo.content_type, logo.content)] if logo else []
        return sanitise_outgoing(dressed(html, self.look)), self._pictures

    def towards(self, kind: str, contact: Contact, *, written_in: str = "") -> Words:
        """The words for a mail to this contact: in their language, else in the one they have `written_in`."""
        known, own = spoken(contact.language, written_in, self.account.language), spoken(self.account.language)
        for language in (known, own):
            if row := self._own.get((kind, language)):
                return Words(language, row.subject, row.body, is_own=True)
        return built_in(kind, known)


def built_in(kind: str, language: str) -> Words:
    """Our own words for it in a language."""
    if kind in FRAMES:
        return Words(language, "", FRAMES[kind], is_own=False)
    with override(language):
        body = _automatic(kind) % {"code": "{{ticket.code}}"}
    return Words(language, "Re: {{ticket.subject}}", body, is_own=False)


def _automatic(kind: str) -> str:
    if kind == Kind.PRIVACY:
        return _(
            "Your request about your personal data has reached us as %(code)s. We answer it within one month. If we "
            "have to make sure that it comes from you, we ask you before."
        )
    return _("Thank you for writing. Your message has reached us as %(code)s, and we will answer it as soon as we can.")


def change_template(kind: str, language: str, *, subject: str, body: str, actor: Actor) -> MailTemplate:
    """Let mails of this kind be made of these words in this language. Raises `BadWording`."""
    check(body, ALLOWED[kind])
    check(subject, SUBJECT)
    with transaction.atomic():
        columns = {"subject": subject if kind in HAS_SUBJECT else "", "body": body, "changed_at": now()}
        template, _is_new = MailTemplate.objects.update_or_create(kind=kind, language=language, defaults=columns)
        record("mail_template.changed", template, actor=actor, changes={"kind": kind, "language": language})
    return template


def reset_template(kind: str, language: str, *, actor: Actor) -> None:
    """Go back to our words. Where there are no others that does nothing."""
    with transaction.atomic():
        template = MailTemplate.objects.select_for_update(no_key=True).filter(kind=kind, language=language).first()
        if template is not None:
            record("mail_template.reset", template, actor=actor, changes={"kind": kind, "language": language})
            template.delete()
