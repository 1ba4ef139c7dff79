"""What a version changes, told in a few lines: for feeds and mails. In the language in force."""

from django.utils.translation import gettext as _

from steward.privacy.egress.registry.document import Registry
from steward.privacy.egress.registry.standing import Version
from steward.privacy.subprocessors.listing import Row, differences, serves
from steward.privacy.subprocessors.prose import filled
from steward.privacy.subprocessors.words import CHANGES, country_name, enumeration, in_language
from steward.ui.ages import full_day


def places_of(row: Row) -> str:
    """Where data are processed: the place as the list words it, and the country; empty when not stated."""
    place, countries = in_language(row.engagement.place), row.engagement.countries or ()
    named = dict.fromkeys([place] if place else [])
    named |= dict.fromkeys(country_name(code) for code in countries)
    return enumeration(named) if named else ""


def row_title(name: str, places: str) -> str:
    """The company, and where, for lists in which it stands with others of its own."""
    return _("%(company)s (%(place)s)") % {"company": name, "place": places} if places else name


def changes_in_lines(before: Registry | None, after: Registry, *, region: str = "") -> list[str]:
    """What differs between two versions for the customers of a region, a line each; texts come last."""
    lines = []
    for one in differences(before, after):
        row = one.after or one.before
        if row is not None and serves(row.engagement, region):
            change = enumeration(words for code, words in CHANGES.items() if code in one.changes)
            title = row_title(row.subprocessor.legal_name, places_of(row))
            lines.append(_("%(change)s: %(row)s") % {"change": change, "row": title})
    return lines + [_("Text: %(title)s") % {"title": title} for title in changed_texts(before, after)]


def changed_texts(before: Registry | None, after: Registry) -> tuple[str, ...]:
    """The titles of prose that is new or reads otherwise; none without an earlier version."""
    if before is None:
        return ()
    known = {block.key: block for block in before.prose}
    changed = (block for block in after.prose if known.get(block.key) != block)
    return tuple(in_language(filled(block, after.provider).title) for block in changed)


def notice_of(version: Version) -> str:
    """Until when what a version widens can be objected to; empty where nothing had to be announced."""
    if not version.binds_notice:
        return ""
    day = full_day(version.effective_at.date())
    words = _("What is wider stands from %(day)s at the earliest. Until then, owners of accounts can object.")
    return words % {"day": day}
