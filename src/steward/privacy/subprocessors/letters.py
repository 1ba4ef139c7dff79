"""The mails that tell owners and admins of a change of the registry, and how an objection of theirs ended.

They come from who provides the service, and cannot be switched off: the account has to be told (GDPR article 28(2)).
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from steward.channels.email.to_members import Words, mail_to_member
from steward.outbox.actions import NewMail
from steward.people.languages import language_of
from steward.people.models import Membership
from steward.privacy.egress.models import Authorisation
from steward.privacy.egress.registry.document import Provider
from steward.privacy.subprocessors.concerns import Concern
from steward.privacy.subprocessors.telling import places_of, row_title
from steward.privacy.subprocessors.words import (
    CATEGORIES,
    CHANGES,
    NOT_STATED,
    PURPOSE_WORDS,
    enumeration,
    in_language,
)
from steward.tenancy.hosts import base_url
from steward.tenancy.models import Account
from steward.ui.ages import full_day, full_moment

PURPOSE = "subprocessor notice"


@dataclass(frozen=True, slots=True)
class Item:
    """One change in words."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class News:
    """What is told of one version. `until` is the account's own date; `why` is in words by language."""

    provider: Provider
    concerns: Sequence[Concern]
    until: datetime | None
    why: dict[str, str]
    is_specific: bool = False
    is_reminder: bool = False
    is_first: bool = False  # list there is: it gives no notice, and everything on it is new


@dataclass(frozen=True, slots=True)
class _Parts:
    opening: list[str]
    items: list[Item]
    closing: list[str]
    link: str


def compose_news(news: News, member: Membership, account: Account) -> NewMail:
    """The mail about a change, or the reminder of it, in the reader's language."""
    with override(language_of(member, account)), timezone.override(account.time_zone):
        parts = _Parts(_opening(news, account), list(map(item_of, news.concerns)), _closing(news), _link(news))
        return _mail(_subject(news), parts, member, account, sender=news.provider.legal_name)


def compose_answer(
    objection: Authorisation, name: str, provider: Provider, member: Membership, account: Account
) -> NewMail:
    """The mail that says how an objection against something called `name` ended."""
    with override(language_of(member, account)), timezone.override(account.time_zone):
        told = {"account": account.name, "what": name, "day": day_of(objection.at)}
        opening = [_("%(account)s objected to %(what)s on %(day)s. That has been answered.") % told]
        answer = [_("The outcome: %(outcome)s.") % {"outcome": objection.get_resolution_display()}]
        answer += [objection.resolution_words] if objection.resolution_words else []
        closing = [_("It stays off for your account unless an owner or an admin agrees to it.")]
        parts = _Parts(opening + answer, [], closing, _("Your objections and what became of them"))
        subject = _("Your objection to %(what)s has been answered") % {"what": name}
        return _mail(subject, parts, member, account, sender=provider.legal_name)


def item_of(concern: Concern) -> Item:
    """One engagement, how it changes if it does, what it is for, which data, where. In the language in force."""
    engagement = concern.row.engagement
    name = row_title(concern.row.subprocessor.legal_name, places_of(concern.row))
    told = {
        "purposes": enumeration(PURPOSE_WORDS.get(one, one) for one in engagement.purposes),
        "data": enumeration(CATEGORIES.get(one, one) for one in engagement.categories or ()),
        "description": in_language(engagement.description) or str(NOT_STATED),
    }
    title = _("%(change)s: %(row)s") % {"change": _change(concern), "row": name} if concern.changes else name
    return Item(title, _("What for: %(purposes)s. Data: %(data)s. Description: %(description)s") % told)


def _change(concern: Concern) -> str:
    if concern.is_withdrawn:
        return _("Withdrawn: it does not come after all")
    return enumeration(words for code, words in CHANGES.items() if code in concern.changes)


def day_of(moment: datetime) -> str:
    """The day in the zone in force, written out."""
    return full_day(timezone.localtime(moment).date())


def moment_of(moment: datetime) -> str:
    """The day and the time in the zone in force."""
    return full_moment(moment)


def _subject(news: News) -> str:
    if news.until is None:
        return _("The list of subprocessors of %(service)s has changed") % {"service": news.provider.service}
    told = {"service": news.provider.service, "day": day_of(news.until)}
    if news.is_reminder:
        return _("Reminder: subprocessors of %(service)s change on %(day)s, and nobody has read of it") % told
    return _("Subprocessors of %(service)s change: you can object until %(day)s") % told


def _opening(news: News, account: Account) -> list[str]:
    told = {"provider": news.provider.legal_name, "service": news.provider.service, "account": account.name}
    first = _("%(provider)s provides %(service)s to %(account)s, and changes which companies work on your data for it.")
    why = in_language(news.why)
    return [first % told, *([_("Why: %(reason)s") % {"reason": why}] if why else [])]


def _closing(news: News) -> list[str]:
    if news.until is None and not news.is_first:
        return [_("This stands at once, for nothing is used for more than before. You need not do anything.")]
    if news.is_specific:
        return [_("Your agreement asks for your consent: nothing of it is used before an owner or an admin agrees.")]
    return [
        _("Unless you object, it may be used for your account from %(moment)s on. Until then it is not used.")
        % {"moment": moment_of(news.until)}
        if news.until
        else _("This is the first list: it stands at once."),
        _(
            "An owner or an admin objects with one button, now or later. What you object to is switched off for your "
            "account at once, and what needs it stays off; we answer within 10 working days."
        ),
    ]


def _link(news: News) -> str:
    return _("See what changes and object") if news.until else _("See the list as it stands for you")


def _mail(subject: str, parts: _Parts, member: Membership, account: Account, *, sender: str) -> NewMail:
    context = asdict(parts) | {
        "url": f"{base_url(account.slug)}/console/settings/privacy/subprocessors",
        "why_you": _("You get this mail because you are an owner or an admin of %(account)s.")
        % {"account": account.name},
    }
    text, html = (render_to_string(f"subprocessors/letter.{kind}", context) for kind in ("txt", "html"))
    words = Words(subject, text.strip() + "\n", html, sender=sender)
    return mail_to_member(account, (member.name, member.user.email), words, purpose=PURPOSE, is_watched=True)
