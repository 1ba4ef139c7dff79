"""Subprocessors: what is coming and can be objected to, what the account has said, and what it was told."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from steward.console.entrance import ConsoleRequest
from steward.console.settings.entrance import settings_page, settings_response
from steward.lib.clock import now
from steward.notifications.account_models import SUBPROCESSORS
from steward.notifications.of_account import read_of_account, unread_on
from steward.people.queries import member_names
from steward.privacy.egress.configuration import is_hosting
from steward.privacy.egress.engaging import AccountFacts, beyond_answers
from steward.privacy.egress.models import Authorisation
from steward.privacy.egress.registry.document import Engagement
from steward.privacy.egress.registry.versions import published
from steward.privacy.subprocessors.access import answers, visible_notices
from steward.privacy.subprocessors.actions import hold_publishing, objections
from steward.privacy.subprocessors.actions.opening import open_notices
from steward.privacy.subprocessors.announcing import account_facts, concerns_of_notice
from steward.privacy.subprocessors.concerns import Concern
from steward.privacy.subprocessors.letters import item_of
from steward.privacy.subprocessors.listing import Listing, listing_at
from steward.privacy.subprocessors.models import ChangeNotice

LONGEST_REASON = 2000
_State = Authorisation.State
_NO = (_State.OBJECTED, _State.REFUSED)


@dataclass(frozen=True, slots=True)
class Shown:
    """One engagement with what the account says of it. `until` is when an announced change of it stands."""

    key: str
    title: str
    text: str
    answer: Authorisation | None
    by: str
    is_core: bool
    until: datetime | None = None
    is_beyond: bool = False  # wider than what the account agreed to, which is asked for each

    @property
    def is_off(self) -> bool:
        return self.answer is not None and self.answer.state in _NO

    @property
    def is_agreed(self) -> bool:
        return self.answer is not None and self.answer.state == _State.AUTHORISED and not self.is_beyond


@require_safe
@settings_page("subprocessors")
def subprocessors(request: ConsoleRequest) -> HttpResponse:
    """Everything on one page; the buttons of each engagement are forms of their own."""
    _account, facts = account_facts()
    list_, at = published(), now()
    listing = listing_at(list_, at, facts.bound, region=facts.terms.region)
    none: frozenset[str] = frozenset()
    beyond, beyond_coming = beyond_answers(list_, facts, at) if facts.terms.is_specific else (none, none)
    said, names = answers(), member_names()
    coming = [replace(one, is_beyond=one.key in beyond_coming) for one in _coming(listing, said, names)]
    in_use = [replace(one, is_beyond=one.key in beyond) for one in _in_use(listing, said, names)]
    told = [_told(notice, facts) for notice in visible_notices()]
    context = {
        "is_hosting": is_hosting(),
        "is_specific": facts.terms.is_specific,
        "newest": list_.head.number,
        "coming": coming,
        "off": [one for one in in_use if one.is_off],
        "in_use": [one for one in in_use if not one.is_off],
        "told": told,
        "unread": _unread(request, is_new=any(notice["is_new"] for notice in told)),
        "longest": LONGEST_REASON,
    }
    return settings_response(request, "console/settings/subprocessors.html", context)


@require_POST
@settings_page("subprocessors")
def subprocessors_read(request: ConsoleRequest) -> HttpResponse:
    """Say that one has read what was announced; the line at the top of every page goes."""
    open_notices(actor=request.actor)
    read_of_account(request.me, page=SUBPROCESSORS)
    return HttpResponseRedirect(reverse("console:settings-subprocessors"), status=303)


@require_POST
@settings_page("subprocessors")
def subprocessor_answer(request: ConsoleRequest) -> HttpResponse:
    """Object to an `engagement`, refuse it, or agree to it (`answer`), with an optional `reason`."""
    key, answer = request.POST.get("engagement", ""), request.POST.get("answer", "")
    reason = request.POST.get("reason", "").replace("\0", "")[:LONGEST_REASON]
    if answer == "agree" and request.POST.get("version") != str(hold_publishing()):
        # A yes is to what was read, and to nothing that comes in this moment; a no counts whatever was read.
        messages.error(request, _("The list of subprocessors has changed since this page was opened."))
        return HttpResponseRedirect(reverse("console:settings-subprocessors"), status=303)
    try:
        said = _answered(answer, key, reason, request)
    except objections.NotOnTheList as error:
        raise Http404("no such engagement") from error
    messages.success(request, said)
    return HttpResponseRedirect(reverse("console:settings-subprocessors"), status=303)


def _unread(request: ConsoleRequest, *, is_new: bool) -> list[str]:
    """What this reader was told; where others have read that before, that nobody has opened the notices."""
    words = unread_on(request.me, SUBPROCESSORS)
    return words or ([_("Something was announced that nobody here has read yet.")] if is_new else [])


def _answered(answer: str, key: str, reason: str, request: ConsoleRequest) -> str:
    name = {"name": objections.name_of(key)}
    if answer == "object":
        objections.object_to(key, actor=request.actor, reason=reason)
        return _("%(name)s is off for your account from now on. We answer within 10 working days.") % name
    if answer == "refuse":
        objections.refuse(key, actor=request.actor, reason=reason)
        return _("%(name)s stays off for your account.") % name
    if answer == "agree":
        objections.agree_to(key, actor=request.actor)
        return _("Your account has agreed to %(name)s.") % name
    raise BadRequest("no such answer")


def _coming(listing: Listing, said: dict[str, Authorisation], names: dict[UUID, str]) -> Iterator[Shown]:
    for one in listing.coming:
        yield _shown(Concern(one.key, one.changes, one.before, one.row, one.stands_from), said, names)


def _in_use(listing: Listing, said: dict[str, Authorisation], names: dict[UUID, str]) -> Iterator[Shown]:
    for row in listing.rows:
        yield _shown(Concern(row.engagement.key, frozenset(), None, row, None), said, names)


def _shown(concern: Concern, said: dict[str, Authorisation], names: dict[UUID, str]) -> Shown:
    item, answer = item_of(concern), said.get(concern.key)
    by = names.get(answer.by_id, "") if answer and answer.by_id else ""
    return Shown(concern.key, item.title, item.text, answer, by, _is_core(concern.row.engagement), until=concern.until)


def _is_core(engagement: Engagement) -> bool:
    return engagement.is_optional is False


def _told(notice: ChangeNotice, facts: AccountFacts) -> dict[str, Any]:
    deliveries = sorted(notice.deliveries.all(), key=lambda one: (one.about, one.sent_at, one.id))
    return {
        "row": notice,
        "items": [item_of(concern) for concern in concerns_of_notice(notice, facts)],
        "is_new": notice.opened_at is None,
        "deliveries": [one for one in deliveries if one.channel == one.Channel.MAIL],
    }
