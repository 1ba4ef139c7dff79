"""Every minute: which mails left or came back, whom operators have to be told of, and what may be told now."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from steward.jobs import enqueue_for_accounts
from steward.jobs.queries import accounts_waiting_for
from steward.lib.clock import now
from steward.outbox.installation import BOUNCED, KEPT, put_in_installation_outbox
from steward.outbox.models import InstallationMail
from steward.outbox.models import State as MailState
from steward.people.operators import operator_addresses
from steward.privacy.incidents.clocks import TELLING, Late
from steward.privacy.incidents.letters import PURPOSE
from steward.privacy.incidents.models import Affected, DisclosedAccount, Incident, Letter, Step
from steward.privacy.incidents.queries import Alarm, alarms, lives, tellable
from steward.privacy.incidents.telling import tell_account
from steward.tenancy.hosts import base_url

# A mail that left is looked at until the queue forgets it: until then it may come back.
_OPEN = [Letter.State.WAITING, Letter.State.SENT]
_IS_NEWS = Q(state=Letter.State.WAITING, mail_state__in=[MailState.SENT, MailState.FAILED]) | Q(
    Q(state=Letter.State.SENT, mail_state__isnull=False), ~Q(mail_state=MailState.SENT)
)
UNREACHED = "unreached"
_TEXTS = {
    Late.SOON: (
        _("Incident %(number)s: accounts have to be told within four hours"),
        _("Not every account that incident %(number)s concerns has been told. They have to be by %(moment)s."),
    ),
    Late.UNTOLD: (
        _("Incident %(number)s: accounts were not told in time"),
        _("The 24 hours in which accounts have to be told of incident %(number)s were over at %(moment)s."),
    ),
}
_UNREACHED_TEXTS = (
    _("Incident %(number)s: mail reaches nobody in an account"),
    _(
        "Every mail that told an account of incident %(number)s came back or could not be sent. "
        "Reach it in another way."
    ),
)


def watch() -> None:
    """Everything that is done by the clock."""
    settle_letters()
    for alarm in alarms():
        warn(alarm)
    tell_what_waits()


def settle_letters() -> int:
    """Note what became of mails; returns of how many something is new."""
    since = now() - KEPT - timedelta(days=1)
    letters = list(_with_mail_state(Letter.objects.filter(state__in=_OPEN, at__gt=since)).filter(_IS_NEWS))
    mails = InstallationMail.objects.in_bulk([letter.mail_id for letter in letters])
    changed = 0
    for letter in letters:
        mail = mails.get(letter.mail_id)
        if mail is not None and (state := _state_of(mail)) != letter.state:
            # When it left is kept, although it came back: it had been told in time.
            at = letter.settled_at or mail.finished_at or now()
            changed += Letter.objects.filter(pk=letter.pk).update(state=state, reason=mail.reason, settled_at=at)
    return changed


def _with_mail_state(letters: "QuerySet[Letter]") -> "QuerySet[Any]":
    """Asked of the database: of ten thousand accounts there are as many mails, and in a minute hardly one is new."""
    mail = InstallationMail.objects.filter(pk=OuterRef("mail_id"))
    return letters.annotate(mail_state=Subquery(mail.values("state")[:1]))


def _state_of(mail: InstallationMail) -> Letter.State:
    if mail.state == MailState.SENT:
        return Letter.State.SENT
    if mail.state == MailState.FAILED:
        return Letter.State.BOUNCED if mail.reason == BOUNCED else Letter.State.FAILED
    return Letter.State.WAITING


def warn(alarm: Alarm) -> bool:
    """Mail the operators once before the day is over and once when it is, and of each account that no mail reached.

    True when they were mailed.
    """
    column = {Late.SOON: "warned_at", Late.UNTOLD: "alarmed_at"}.get(alarm.late)
    with transaction.atomic():
        incident = Incident.objects.select_for_update(no_key=True).get(pk=alarm.incident.pk)
        is_late = column is not None and getattr(incident, column) is None
        if is_late and column is not None:
            Incident.objects.filter(pk=incident.pk).update(**{column: now()})
            _step(incident, "warned" if alarm.late is Late.SOON else "alarmed")
            _mail_operators(incident, *_TEXTS[alarm.late])
        is_unreached = alarm.unreached > _known_unreached(incident)
        if is_unreached:
            _step(incident, UNREACHED, str(alarm.unreached))
            _mail_operators(incident, *_UNREACHED_TEXTS)
    return is_late or is_unreached


def _known_unreached(incident: Incident) -> int:
    """Of how many accounts operators were told that no mail reached them."""
    last = Step.objects.filter(incident=incident, what=UNREACHED).order_by("-id").first()
    return int(last.words) if last else 0


def _step(incident: Incident, what: str, words: str = "") -> None:
    Step.objects.create(incident=incident, at=now(), operator_id=None, what=what, words=words)


def _mail_operators(incident: Incident, subject: Any, text: Any) -> None:
    with override(settings.LANGUAGE_CODE):  # nobody has said which language an operator reads mail in
        told = {"number": incident.number, "moment": _utc(incident.aware_at)}
        link = f"{base_url()}/operator/incidents/{incident.pk}"
        for address in operator_addresses():
            put_in_installation_outbox(
                purpose=PURPOSE,
                to=address,
                subject=str(subject) % told,
                text=f"{str(text) % told}\n\n{link}\n",
            )


def _utc(aware_at: datetime | None) -> str:
    return f"{(aware_at or now()) + TELLING:%Y-%m-%d %H:%M} UTC"


def tell_what_waits() -> int:
    """Queue accounts whose job was lost, and those that may be told of a disclosure now; returns how many."""
    ordered: Iterable[UUID] = Affected.objects.filter(asked_phase__gt=F("phase")).values_list("account_id", flat=True)
    disclosed = DisclosedAccount.objects.filter(tellable(now())).values_list("account_id", flat=True)
    waiting = (set(ordered) | set(disclosed)) & set(lives())
    if waiting:  # to tell thousands takes minutes: whose turn comes yet is asked for once
        waiting -= accounts_waiting_for(tell_account)
    with transaction.atomic():
        enqueue_for_accounts(tell_account, sorted(waiting))
    return len(waiting)
