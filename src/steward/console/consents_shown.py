"""Consents in words: for the page of an agent, and for the person's own."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from steward.people.queries import members_with
from steward.privacy.consent.asking import Reason
from steward.privacy.consent.models import ConsentRecord
from steward.privacy.consent.queries import Said, name_of

REASONS: dict[Reason, Any] = {
    Reason.GIVEN: pgettext_lazy("state of a consent", "Given"),
    Reason.RETIRED: pgettext_lazy("state of a consent", "Not asked for any more"),
    Reason.NEVER_GIVEN: pgettext_lazy("state of a consent", "Never given"),
    Reason.NO_PURPOSE: pgettext_lazy("state of a consent", "Not asked for any more"),
    Reason.WITHDRAWN: pgettext_lazy("state of a consent", "Withdrawn"),
    Reason.OLD_TEXT: gettext_lazy("Given to words that have changed since: it counts no longer"),
    Reason.TOO_LONG_AGO: gettext_lazy("Given too long ago: it counts no longer"),
    Reason.RESTRICTED: gettext_lazy("Given, but their data are restricted: nothing is done with them"),
    Reason.OBJECTED: gettext_lazy("Given, but they objected to advertising since"),
}
_CHANNELS = dict(ConsentRecord.Channel.choices) | {
    ConsentRecord.RENEWED: pgettext_lazy("how a consent ended", "by a newer consent")
}


def standing_shown(said: Iterable[Said]) -> list[dict[str, Any]]:
    """Each purpose with where it stands: `{"said", "state", "is_on", "collectors"}`."""
    return [
        {
            "said": one,
            "state": REASONS[one.decision.reason],
            "is_on": one.decision.is_allowed,
            "stands": one.record.stands,
            "collectors": [each["name"] for each in one.record.collectors],
        }
        for one in said
    ]


def history_shown(records: Iterable[ConsentRecord], language: str) -> list[dict[str, Any]]:
    """Each record in words, with the names of agents who noted something."""
    listed = list(records)
    keys = {key for one in listed for key in (one.given_by_id, one.ended_by_id) if key}
    names: dict[UUID, str] = {each.pk: each.name for each in members_with(keys)}
    return [_told(one, language, names) for one in listed]


def _told(one: ConsentRecord, language: str, names: dict[UUID, str]) -> dict[str, Any]:
    return {
        "record": one,
        "name": name_of(one.text, language),
        "channel": _CHANNELS[one.channel],
        "ended_how": _CHANNELS.get(one.ended_how, ""),
        "given_by": _by(one.given_by_kind, one.given_by_id, names),
        "ended_by": _by(one.ended_by_kind, one.ended_by_id, names),
        "collectors": [each["name"] for each in one.collectors],
    }


def _by(kind: str, key: UUID | None, names: dict[UUID, str]) -> str:
    """The agent who noted it; nothing for the person."""
    return names.get(key, _("a former agent")) if kind == "agent" and key else ""
