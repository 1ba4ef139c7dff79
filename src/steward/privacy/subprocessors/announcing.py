"""Telling an account what a version of the registry changes for it: each person once, whatever dies in the middle.

The notice, who is told, their mails and the event are written in one transaction, and a constraint keeps the notice of
a version one. So a job may run as often as it likes.
"""

from collections.abc import Sequence
from datetime import timedelta

from steward.events.actions import record
from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.outbox.actions import put_in_outbox
from steward.people.models import Membership, Role
from steward.privacy.egress.engaging import AccountFacts, terms_of
from steward.privacy.egress.models import RegistryVersion
from steward.privacy.egress.registry.standing import Version, standing
from steward.privacy.egress.registry.versions import published
from steward.privacy.subprocessors.concerns import Concern, concerns_of, objection_until
from steward.privacy.subprocessors.letters import News, compose_news
from steward.privacy.subprocessors.models import ChangeNotice, NoticeDelivery
from steward.tenancy.models import Account
from steward.tenancy.scope import current_account_id

REMINDED = timedelta(days=7)  # before the account's date
About, Channel, Result = NoticeDelivery.About, NoticeDelivery.Channel, NoticeDelivery.Result


def tell_account(number: int) -> ChangeNotice | None:
    """Tell the account in scope what version `number` changes for it; None when that is nothing, or was told before.

    An account that was opened after the announcement accepted it at sign-up.
    """
    account, facts = account_facts()
    version = published().versions[number - 1]
    concerns = concerns_of(published(), version, facts.bound, region=facts.terms.region)
    if account.created_at > version.published_at or not concerns:
        return None
    columns = {
        "engagements": [concern.key for concern in concerns],
        "announced_at": version.published_at,
        "objection_until": objection_until(concerns),
    }
    notice, is_new = ChangeNotice.objects.get_or_create(version=number, defaults=columns)
    if not is_new:
        return None
    record("subprocessor.announced", notice, actor=SYSTEM, changes={"version": number})
    _tell(notice, _news(version, concerns, facts), account, About.ANNOUNCED, admins())
    return notice


def remind_account() -> int:
    """Remind of each notice that nobody opened and whose date is a week away; returns of how many."""
    at = now()
    forgotten = ChangeNotice.objects.select_for_update(no_key=True).filter(
        opened_at=None, reminded_at=None, objection_until__gt=at, objection_until__lte=at + REMINDED
    )
    reminded = 0
    for notice in forgotten.order_by("id"):
        account, facts = account_facts()
        concerns = _still_coming(notice, facts)
        if not concerns:
            continue
        ChangeNotice.objects.filter(pk=notice.pk).update(reminded_at=at)
        record("subprocessor.reminded", notice, actor=SYSTEM, changes={"version": notice.version})
        news = _news(_version(notice), concerns, facts, is_reminder=True)
        _tell(notice, news, account, About.REMINDED, admins())
        reminded += 1
    return reminded


def concerns_of_notice(notice: ChangeNotice, facts: AccountFacts) -> tuple[Concern, ...]:
    """What the account was told, from the two versions."""
    return tuple(
        concern
        for concern in concerns_of(published(), _version(notice), facts.bound)
        if concern.key in notice.engagements
    )


def account_facts() -> tuple[Account, AccountFacts]:
    """The account in scope with what it has agreed to and said."""
    account = Account.objects.select_related("data_centre__region").get(pk=current_account_id())
    return account, terms_of(account, is_engaged=True)


def admins() -> list[Membership]:
    """Who is told: the owners and admins of the account in scope."""
    told = Membership.objects.filter(role__in=[Role.OWNER, Role.ADMIN]).select_related("user")
    return list(told.order_by("id"))


def tell_who_came_later(notice: ChangeNotice) -> int:
    """Tell those who became owner or admin after the announcement; returns how many. For when it reached too few."""
    told = NoticeDelivery.objects.filter(notice=notice).values_list("membership_id", flat=True)
    people = [member for member in admins() if member.id not in set(told)]
    if people:
        account, facts = account_facts()
        news = _news(_version(notice), concerns_of_notice(notice, facts), facts)
        _tell(notice, news, account, About.ANNOUNCED, people)
    return len(people)


def _tell(notice: ChangeNotice, news: News, account: Account, about: str, people: Sequence[Membership]) -> None:
    at = now()
    mails = put_in_outbox([compose_news(news, member, account) for member in people])
    here = [
        NoticeDelivery(
            notice=notice, membership=member, channel=Channel.PRODUCT, about=about, sent_at=at, settled_at=at,
            result=Result.DELIVERED,
        )
        for member in people
    ]  # fmt: skip
    by_mail = [
        NoticeDelivery(notice=notice, membership=member, channel=Channel.MAIL, about=about, sent_at=at, mail=mail)
        for member, mail in zip(people, mails, strict=True)
    ]
    NoticeDelivery.objects.bulk_create([*here, *by_mail])


def _news(version: Version, concerns: Sequence[Concern], facts: AccountFacts, *, is_reminder: bool = False) -> News:
    summary = RegistryVersion.objects.values_list("summary", flat=True).get(number=version.number)
    return News(
        provider=version.registry.provider,
        concerns=concerns,
        until=objection_until(concerns),
        why=summary,
        is_specific=facts.terms.is_specific,
        is_reminder=is_reminder,
        is_first=version.number == 1,
    )


def _version(notice: ChangeNotice) -> Version:
    return published().versions[notice.version - 1]


def _still_coming(notice: ChangeNotice, facts: AccountFacts) -> tuple[Concern, ...]:
    """What of it is announced and does not stand yet: a later version may have taken it back, or told of it anew."""
    pending = {key: standing(published().revisions[key], facts.bound, now()).pending for key in notice.engagements}
    return tuple(
        concern
        for concern in concerns_of_notice(notice, facts)
        if (one := pending[concern.key]) is not None and one.announced_at == notice.announced_at
    )
