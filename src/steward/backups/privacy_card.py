"""The last backup, and when one was read back and brought back last, for the privacy centre and its report."""

from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from steward.backups.drills import OFTEN, Drill, last_read, last_restored
from steward.backups.errors import BackupFault
from steward.backups.looking import last_look
from steward.backups.manifests import KEPT
from steward.backups.places import place_of
from steward.backups.remote import Remote
from steward.backups.standing import FRESH, last_backup
from steward.privacy.cards.offering import Asked, Card, Chapter, Fact, Matter, Part, State

_matter = Matter("backups", pgettext_lazy("privacy centre", "Backups"), Part.KEPT, 30, "what-is-held")


@_matter.card
def card(asked: Asked) -> Card:
    """No query: a folder is looked into, of a bucket it is known what it said last."""
    last, as_of, is_known = _last()
    read, drill = last_read(), last_restored()
    facts = _facts(last, read, drill)
    if not is_known:
        words = _("Where backups are kept did not answer. Ask whoever runs this installation.")
        return Card(words, State.ACT, facts, as_of)
    if last is None:
        words = _("There is no backup: what is lost stays lost. Ask whoever runs this installation.")
        return Card(words, State.ACT, as_of=as_of)
    if last + FRESH <= asked.at:
        words = _("The last backup is older than two days. Ask whoever runs this installation.")
        return Card(words, State.ACT, facts, as_of)
    if (read and not read.is_good) or (drill and not drill.is_good):
        words = _("A backup could not be read or brought back. Ask whoever runs this installation.")
        return Card(words, State.ACT, facts, as_of)
    if drill is None:
        words = _("Backups are made; none was ever brought back as a trial to see whether it is whole.")
        return Card(words, State.LOOK, facts, as_of)
    if drill.tried_at + OFTEN <= asked.at:
        words = _("Backups are made; the last time one was brought back as a trial is long ago.")
        return Card(words, State.LOOK, facts, as_of)
    return Card(_("Backups are made, and one was brought back as a whole."), facts=facts, as_of=as_of)


@_matter.chapter
def chapter(_asked: Asked) -> Chapter:
    """The same, with how long backups are kept."""
    last, as_of, is_known = _last()
    text = [_("Backups are encrypted, each under a key of its own that is not in it.")]
    if not is_known:
        text.append(_("Where backups are kept did not answer. Ask whoever runs this installation."))
    kept = Fact(pgettext("backups", "Days for which a backup is kept"), KEPT.days)
    asked = (Fact(pgettext("backups", "As of"), as_of),) if as_of else ()
    drill = last_restored()
    facts = (*_facts(last, last_read(), drill), *_counted(drill), kept, *asked)
    return Chapter(("32(1)(b)", "32(1)(c)", "32(1)(d)"), text=tuple(text), facts=facts)


def _last() -> tuple[datetime | None, datetime | None, bool]:
    """When the last one was made, when that was asked, and whether the place answered."""
    if not settings.STEWARD_BACKUPS:
        return None, None, True
    try:
        place = place_of(settings.STEWARD_BACKUPS)
        if not isinstance(place, Remote):
            return last_backup(place), None, True
    except BackupFault:
        return None, None, False
    seen = last_look(place)
    return (seen.last_at, seen.asked_at, not seen.fault) if seen else (None, None, False)


def _facts(last: datetime | None, read: Drill | None, drill: Drill | None) -> tuple[Fact, ...]:
    facts: tuple[Fact, ...] = (Fact(pgettext("backups", "Last backup"), last),)
    if drill is None:
        facts = (*facts, Fact(pgettext("backups", "Brought back as a whole"), pgettext("backups", "Never")))
    elif drill.is_good:
        facts = (*facts, Fact(pgettext("backups", "Brought back as a whole"), drill.tried_at))
    else:
        facts = (*facts, Fact(pgettext("backups", "Could not be brought back"), drill.tried_at))
    if read is None:
        return facts
    if not read.is_good:
        return (*facts, Fact(pgettext("backups", "Could not be read back"), read.tried_at))
    return (*facts, Fact(pgettext("backups", "Read back whole"), read.tried_at))


def _counted(drill: Drill | None) -> tuple[Fact, ...]:
    """What was counted the last time, for the report. A restore that was needed decrypts nothing and is not timed."""
    if drill is None or not drill.is_good:
        return ()
    facts = (
        Fact(pgettext("backups", "The backup that was brought back"), drill.backup),
        Fact(pgettext("backups", "Rows that were counted in it"), drill.counted.rows),
        Fact(pgettext("backups", "Files that were counted in it"), drill.counted.files),
        Fact(pgettext("backups", "Of these, files that were decrypted"), drill.counted.opened),
        Fact(pgettext("backups", "Seconds that it took"), drill.counted.seconds),
    )
    return tuple(fact for fact in facts if fact.value is not None)
