"""A mail made of words with sample values in their gaps: what the preview shows and the test mail carries."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import get_language_info, override
from django.utils.translation import gettext as _

from steward.brand.looks import dressed
from steward.channels.email.addressing import mail_accounts
from steward.channels.email.composing import Letter, compose
from steward.channels.email.languages import writing_in
from steward.channels.email.mail_templates import HAS_SUBJECT, Kind, Wordings
from steward.channels.email.quoting import Quoted, answer_block, as_plain_text, signature_block, signature_of
from steward.channels.email.wording import filled, laid_out
from steward.lib.clock import now
from steward.lib.html import sanitise_outgoing, text_to_html
from steward.lib.ids import new_id
from steward.outbox.actions import NewMail
from steward.people.models import Department, Membership
from steward.people.queries import first_department

PURPOSE = "template test"


@dataclass(frozen=True, slots=True)
class Sample:
    """One kind of mail in one language, as its words say it now."""

    kind: str
    language: str
    subject: str
    html: str  # sanitised, not yet in the brand

    def shown(self, request: HttpRequest, wordings: Wordings) -> dict[str, Any]:
        """For the page. The picture of the brand comes from here; a mail brings it along."""
        worn, look = self.html, wordings.look
        if look is not None:
            source = reverse("console:brand-logo", args=[look.logo_digest]) if look.logo_file else ""
            worn = sanitise_outgoing(dressed(self.html, look, logo_source=request.build_absolute_uri(source)))
        return {
            "subject": self.subject,
            "body_html": mark_safe(worn),  # noqa: S308  the sanitiser's output
            "text": as_plain_text(self.html),
            "language": self.language,
            "direction": "rtl" if get_language_info(self.language)["bidi"] else "ltr",
        }

    def mail(self, me: Membership, wordings: Wordings) -> NewMail:
        """To the one who asks for it, under the address and through the server that customers' mail leaves by."""
        account, address = wordings.account, me.user.email
        ours = next(iter(mail_accounts()), None)
        sender = ours.address if ours else f"no-reply@{account.slug}.{settings.STEWARD_DOMAIN}"
        worn, pictures = wordings.worn(self.html)
        letter = Letter(
            sender=(ours.name if ours and ours.name else wordings.name, sender),
            to=[(me.name, address)],
            subject=_("Test: %(subject)s") % {"subject": self.subject},
            text=as_plain_text(self.html),
            html=worn,
            at=now(),
            message_id=f"{new_id()}@{sender.rpartition('@')[2]}",
            mark=str(account.id),
            inline=pictures,
            is_automatic=True,
        )
        return NewMail(PURPOSE, letter.message_id, "", (address,), compose(letter), ours.smtp if ours else None)


def sample_of(me: Membership, kind: str, language: str, words: dict[str, Any], wordings: Wordings) -> Sample:
    """The mail that these words would make. They are checked before (`wording.check`)."""
    with override(language):
        values = _values(me, wordings)
        if kind == Kind.FIRST:
            subject = values["ticket.subject"]
        else:
            subject = filled(words.get("subject") or "Re: {{ticket.subject}}", values)
    with writing_in(language, wordings.account):
        blocks = _blocks(me, language, values)
    return Sample(kind, language, subject, laid_out(words["body"], values, {} if kind in HAS_SUBJECT else blocks))


def _values(me: Membership, wordings: Wordings) -> dict[str, str]:
    department = _department()
    return {
        "ticket.code": "KXQ-40321",
        "ticket.subject": _("Invoice shows the wrong VAT"),
        "contact.name": "Eli Aronsen",
        "agent.name": me.name,
        "department.name": department.name if department else "",
        "account.name": wordings.name,
    }


def _blocks(me: Membership, language: str, values: dict[str, str]) -> dict[str, str]:
    answer = _("You are right, the rate was wrong. The new invoice is attached.")
    asked = _("The invoice of this month shows the wrong VAT. Can you look into it?")
    signature = signature_of([each for each in (me, _department()) if each], language)
    return {
        "answer": answer_block(text_to_html(answer)),
        "signature": signature_block(signature or text_to_html(f"{values['agent.name']}\n{values['account.name']}")),
        "history": Quoted(values["contact.name"], now(), text_to_html(asked)).as_html(),
    }


def _department() -> Department | None:
    return first_department()
