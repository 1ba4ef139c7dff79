"""Telling recipients of a correction or a restriction, and telling the person of recipients (GDPR article 19)."""

from collections.abc import Mapping, Sequence

from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from steward.events.actions import record
from steward.events.models import Event
from steward.events.subscriptions import subscribe
from steward.lib.actor import SYSTEM
from steward.privacy.recipients.collecting import prepare
from steward.privacy.recipients.finding import Whom
from steward.privacy.recipients.letting_go import untold
from steward.privacy.recipients.models import Recipient, Telling
from steward.privacy.recipients.queries import recipients_of, telling_about
from steward.privacy.recipients.words import REASONS
from steward.privacy.requests.models import PrivacyRequest
from steward.privacy.requests.persons import person_of
from steward.ui.ages import full_day

Type = PrivacyRequest.Type
_PASSED_ON: Mapping[str, Telling.Of] = {
    Type.RECTIFY: Telling.Of.RECTIFICATION,
    Type.RESTRICT: Telling.Of.RESTRICTION,
}


@subscribe("privacy_request.done")
def prepare_letters(events: Sequence[Event]) -> None:
    """In the transaction of the event, and before anything is corrected: recipients know the person as they were."""
    done = PrivacyRequest.objects.filter(pk__in=[event.object_id for event in events], type__in=_PASSED_ON)
    for request in done:
        person = person_of(request.subject_id) if request.subject_id else None
        if person is not None:
            whom, of = Whom(person.names, person.addresses), _PASSED_ON[request.type]
            corrected = request.subject_id if of == Telling.Of.RECTIFICATION else None
            prepare(of, request.pk, whom, contacts=person.contacts, corrected=corrected)


def warn_of_untold_requests() -> int:
    """Say once of each request of the account in scope that a recipient was not told; returns of how many."""
    late = PrivacyRequest.objects.filter(pk__in=untold(list(_PASSED_ON.values())))
    for request in late:
        record("privacy_request.untold", request, actor=SYSTEM)
    return len(late)


def telling_of(request: PrivacyRequest) -> Telling | None:
    """What recipients are told of because of a request; None where they are told nothing."""
    return telling_about(request.erasure_id if request.type == Type.ERASE else request.pk)


def recipients_words(request: PrivacyRequest) -> str:
    """Who was told, for a person who asks (article 19, second sentence); empty where there is nobody.

    In the language that is active. People who got the same mails are counted: their names are not for others.
    """
    telling = telling_of(request)
    rows = recipients_of(telling) if telling else []
    companies = [one for one in rows if one.kind != Recipient.Kind.CORRESPONDENT]
    people = len(rows) - len(companies)
    lines = [f"- {one.name or one.host}: {_state(one)}" for one in companies]
    if people:
        told = sum(one.state == Recipient.State.TOLD for one in rows if one.kind == Recipient.Kind.CORRESPONDENT)
        line = ngettext(
            "%(n)s person who got the same mails as you; told: %(told)s",
            "%(n)s people who got the same mails as you; told: %(told)s",
            people,
        )
        lines.append("- " + line % {"n": people, "told": told})
    return "\n".join([_("These may have got data of yours from us, and are told of it:"), *lines]) if lines else ""


def _state(one: Recipient) -> str:
    if one.state == Recipient.State.TOLD:
        return _("told on %(day)s") % {"day": full_day(localtime(one.at).date())}
    if one.state == Recipient.State.NOT_TOLD:
        return _("not told. %(reason)s") % {"reason": REASONS[one.reason]}
    return _("to be told yet")
