"""What the person who asked is told, in their language, and how it reaches them."""

from collections.abc import Mapping
from contextlib import AbstractContextManager

from django.db import transaction
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from steward.channels.email.addressing import mail_accounts
from steward.channels.email.composing import Letter, compose
from steward.channels.email.languages import writing_in
from steward.lib.actor import Actor
from steward.lib.clock import now
from steward.lib.html import text_to_html
from steward.lib.ids import new_id
from steward.outbox.actions import NewMail, put_in_outbox
from steward.people.models import Department, Membership
from steward.privacy.erasure.models import Erasure
from steward.privacy.requests.models import PrivacyRequest
from steward.privacy.requests.passing_on import recipients_words
from steward.privacy.requests.queries import mail_of
from steward.privacy.requests.words import REFUSALS, TYPES
from steward.tenancy.languages import spoken
from steward.tenancy.models import Account
from steward.tenancy.scope import current_account_id
from steward.tickets.actions.replying import Writing, compose_ticket, reply_to_ticket
from steward.tickets.conversation import Correspondent
from steward.tickets.models import Ticket
from steward.ui.ages import full_day, full_moment

Type = PrivacyRequest.Type
PURPOSE = "answer to a request"

_ANSWERS: Mapping[str, str | Promise] = {
    Type.ACCESS: gettext_lazy(
        "On %(day)s you asked what we hold about you. You get it as a file, by a link that we send you apart from this."
    ),
    Type.PORTABILITY: gettext_lazy(
        "On %(day)s you asked for your data in a form that another service can read. You get them as a file, by a link "
        "that we send you apart from this."
    ),
    Type.RECTIFY: gettext_lazy("On %(day)s you asked us to correct what we know of you. It is corrected."),
    Type.ERASE: gettext_lazy(
        "On %(day)s you asked to be forgotten. What we held about you is erased from everything that is in use; the "
        "copies in backups expire within 30 days from then."
    ),
    Type.RESTRICT: gettext_lazy(
        "On %(day)s you asked that your data be kept and not used. So it is from now on. We tell you before that ends."
    ),
    Type.OBJECT: gettext_lazy("On %(day)s you objected to advertising. You get none from us any more."),
    Type.WITHDRAW: gettext_lazy(
        "On %(day)s you took back your consent. What rested on it has stopped; what was done before remains lawful."
    ),
}


class NoWay(RuntimeError):
    """There is no address to write to, or none to write from."""


def answer_words(request: PrivacyRequest, *, with_recipients: bool = False) -> str:
    """What the person is told when it is done, to be changed by whoever sends it; in their language.

    `with_recipients` adds who was told of it, where the person asks for that (article 19).
    """
    with _speaking(request):
        said = _of_erasure(request) or str(_ANSWERS[request.type]) % {"day": _day(request)}
        told = recipients_words(request) if with_recipients else ""
        return _framed(request, f"{said}\n\n{told}" if told else said)


def _of_erasure(request: PrivacyRequest) -> str:
    """The two days that a proven erasure has; empty where none is done."""
    done = Erasure.objects.filter(pk__in=[request.erasure_id], state=Erasure.State.DONE).first()
    if request.type != Type.ERASE or done is None or done.finished_at is None or done.backups_end_at is None:
        return ""
    return _(
        "On %(day)s you asked to be forgotten. On %(done)s all that we held about you was erased from everything that "
        "is in use. Backups from before hold copies until %(backups)s; on that day the last of them is gone."
    ) % {
        "day": _day(request),
        "done": full_day(localtime(done.finished_at).date()),
        "backups": full_day(localtime(done.backups_end_at).date()),
    }


def proof_words(request: PrivacyRequest) -> str:
    """What the person is asked while it is not certain that it is they (article 12(6))."""
    with _speaking(request):
        text = _(
            "On %(day)s we were asked about data of yours (%(type)s). Was it you? Please answer this mail, so that we "
            "know. Without an answer we do nothing."
        )
        return _framed(request, text % {"day": _day(request), "type": _called(request)})


def refusal_words(request: PrivacyRequest) -> str:
    """What the person is told of a refusal: why, and where they can go with it (article 12(4))."""
    with _speaking(request):
        text = _(
            "On %(day)s you asked us about your data (%(type)s). We do not do what you asked. The reason: "
            "%(reason)s.\n\n%(words)s\n\nYou can complain to a data protection authority, and go to court."
        )
        more = {"day": _day(request), "type": _called(request), "reason": REFUSALS[request.refusal]}
        return _framed(request, text % (more | {"words": request.refusal_words}))


def extension_words(request: PrivacyRequest) -> str:
    """What the person is told of an extension: until when, and why (article 12(3))."""
    with _speaking(request):
        text = _(
            "On %(day)s you asked us about your data (%(type)s). We need longer to answer, and do so before "
            "%(until)s. The reason:\n\n%(words)s"
        )
        more = {"day": _day(request), "type": _called(request), "until": full_moment(request.answer_until)}
        return _framed(request, text % (more | {"words": request.extension_reason}))


def write_to_person(request: PrivacyRequest, text: str, *, author: Membership, actor: Actor) -> None:
    """Mail a text to whoever asked: in the ticket the request came in, or in one of its own.

    To who is erased goes a mail that no ticket is made of: it goes when the request is closed. Raises `NoWay`, and
    `StatusRefused` when the ticket is being erased.
    """
    to, writing = _correspondent(request), Writing(text_to_html(text))
    if not mail_accounts():
        raise NoWay("no mail account")
    with transaction.atomic():
        if request.subject_id is None and request.type == Type.ERASE:
            _write_without_ticket(request, to, text)
        elif request.ticket is not None and not request.ticket.is_closed:
            reply_to_ticket(request.ticket, writing, author=author, actor=actor, to=[to])
        else:
            request.ticket = _in_a_new_ticket(request, writing, to, author, actor)
            request.save(update_fields=["ticket"])


def can_write(request: PrivacyRequest) -> bool:
    """Whether a mail can be written to whoever asked."""
    return bool(request.address) and bool(mail_accounts())


def _in_a_new_ticket(
    request: PrivacyRequest, writing: Writing, to: Correspondent, author: Membership, actor: Actor
) -> Ticket:
    with _speaking(request):
        subject = _subject(request)
    department = Department.objects.filter(archived_at=None).order_by("-is_default", "id").first()
    if department is None:
        raise NoWay("no department")
    return compose_ticket(
        department, writing, subject=subject, author=author, actor=actor, to=[to], answers_request=True
    )


def _write_without_ticket(request: PrivacyRequest, to: Correspondent, text: str) -> None:
    [mail_account, *_others] = mail_accounts()
    with _speaking(request):
        subject = _subject(request)
    message_id = f"{new_id()}@{mail_account.address.rpartition('@')[2]}"
    letter = Letter(
        sender=(mail_account.name, mail_account.address),
        to=[(to.name, to.email)],
        subject=subject,
        text=text,
        html=text_to_html(text),
        at=now(),
        message_id=message_id,
        mark=str(request.account_id),
    )
    content, by = compose(letter), mail_account.smtp
    put_in_outbox([NewMail(PURPOSE, message_id, mail_account.address, (to.email,), content, by, about=request.pk)])


def _correspondent(request: PrivacyRequest) -> Correspondent:
    if not request.address:
        raise NoWay("no address")
    return Correspondent(request.name, request.address)


def _speaking(request: PrivacyRequest) -> AbstractContextManager[None]:
    account = Account.objects.get(pk=current_account_id())
    known, mail = request.subject.language if request.subject else "", mail_of(request)
    return writing_in(spoken(known, mail.language if mail else "", account.language), account)


def _subject(request: PrivacyRequest) -> str:
    if request.type == Type.UNSAID:
        return _("Your request about your data")
    return _("Your request about your data: %(type)s") % {"type": TYPES[request.type]}


def _called(request: PrivacyRequest) -> str:
    """What they asked for, in brackets in a sentence."""
    if request.type == Type.UNSAID:
        return pgettext("in brackets: what somebody asked about their data", "without saying more closely what for")
    return str(TYPES[request.type])


def _framed(request: PrivacyRequest, text: str) -> str:
    greeting = _("Hello %(name)s,") % {"name": request.name} if request.name else _("Hello,")
    return f"{greeting}\n\n{text}\n"


def _day(request: PrivacyRequest) -> str:
    return full_day(localtime(request.received_at).date())
