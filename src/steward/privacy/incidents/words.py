"""Facts, kinds and steps in words; what is not known says so."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import get_language_info, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from steward.privacy.incidents.account_models import Notice
from steward.privacy.incidents.facts import WORDS, Facts, Kind
from steward.privacy.incidents.models import State, Step

Words = str | Promise

# In the order of GDPR article 33(3).
FACT_WORDS: Mapping[str, Words] = {
    "nature": pgettext_lazy("incident", "What happened"),
    "persons_about": pgettext_lazy("incident", "Whose data: kinds of people"),
    "persons": pgettext_lazy("incident", "About how many people"),
    "data_about": pgettext_lazy("incident", "Which kinds of data"),
    "records": pgettext_lazy("incident", "About how many records"),
    "contact": pgettext_lazy("incident", "Who answers questions: name and contact"),
    "consequences": pgettext_lazy("incident", "What is likely to come of it"),
    "measures": pgettext_lazy("incident", "What was done about it, and what will be"),
}
TITLE = pgettext_lazy("of an incident", "Title")
NOT_YET_KNOWN = pgettext_lazy("a fact of an incident", "Not yet known")
_COLUMNS: Mapping[str, Words] = {
    **FACT_WORDS,
    "title": TITLE,
    "kinds": gettext_lazy("Kind of incident"),
    "detected_at": pgettext_lazy("incident", "Detected at"),
    "aware_at": pgettext_lazy("incident", "Known for certain since"),
    "risk": pgettext_lazy("of an incident", "Risk"),
    "authority_told_at": pgettext_lazy("incident", "The authority was told at"),
    "authority_reference": pgettext_lazy("incident", "Reference of the authority"),
    "authority_why_not": pgettext_lazy("incident", "Why the authority was not told, or not in time"),
}
# What is not a state in `Step.what`.
STEPS: Mapping[str, Words] = {
    "opened": pgettext_lazy("step of an incident", "Opened"),
    "facts": pgettext_lazy("step of an incident", "Facts written"),
    "wordings": pgettext_lazy("step of an incident", "Written in another language"),
    "clock": pgettext_lazy("step of an incident", "Known for certain since: changed"),
    "accounts": pgettext_lazy("step of an incident", "Affected accounts named"),
    "spared": pgettext_lazy("step of an incident", "Account taken off"),
    "told": pgettext_lazy("step of an incident", "Notices sent to accounts"),
    "note": pgettext_lazy("step of an incident", "Note"),
    "warned": pgettext_lazy("step of an incident", "Operators were warned: accounts have to be told"),
    "unreached": pgettext_lazy("step of an incident", "Alarm: no mail reached so many accounts"),
    "alarmed": pgettext_lazy("step of an incident", "Alarm: an account was not told within 24 hours"),
}
# Why an incident does not go on yet: what has to be done first.
HINDRANCES: Mapping[str, Words] = {
    "risk": gettext_lazy("Say what the risk is."),
    "authority": gettext_lazy("Say when the authority was told, or why it was not."),
    "facts": gettext_lazy("Some facts are not known yet: write them down."),
    "untold": gettext_lazy("Some accounts have not been told: send them a notice."),
    "behind": gettext_lazy("Some accounts do not know everything yet: send them another notice."),
    "unconfirmed": gettext_lazy("Confirm the incident first: what is only suspected is told nobody."),
    "clock": gettext_lazy(
        "A confirmed incident has a moment since when it is known: it can be changed, not taken away."
    ),
    "nobody": gettext_lazy("Say first which accounts are affected."),
    "unwritten": gettext_lazy("Write it down in the language of the installation first."),
}


def step_words(what: str) -> str:
    """A step of the history in words."""
    return str(State(what).label) if what in State.values else str(STEPS[what])


def step_details(step: Step) -> str:
    """What a step says of itself: the facts that were written in words, all else as it was noted."""
    match step.what:
        case "facts":
            return _labels(step.words)
        case "wordings":
            language, _colon, names = step.words.partition(": ")
            return f"{language_name(language)}: {_labels(names)}"
    return step.words


def _labels(names: str) -> str:
    return "; ".join(str(_COLUMNS[name]) for name in names.split(", "))


def kinds_words(kinds: Sequence[str]) -> str:
    """The kinds in one line."""
    return capfirst("; ".join(str(Kind(kind).label) for kind in kinds)) or str(NOT_YET_KNOWN)


class Told(NamedTuple):
    """One fact. `language` is that of the words where it is not the reader's."""

    label: str
    words: str
    language: str = ""


def told_facts(facts: Facts) -> list[tuple[str, str]]:
    """Article 33(3) as pairs of label and words, in its order; also what is not known."""
    rows = [(_("Kind of incident"), kinds_words(facts.kinds))]
    return rows + [
        (str(label), _said(getattr(facts, name))) for name, label in FACT_WORDS.items() if hasattr(facts, name)
    ]


def told_in(notice: Notice, language: str) -> list[Told]:
    """The same of what an account was told, for who reads `language`."""
    found = [Told(_("Kind of incident"), kinds_words(notice.kinds))]
    for name, label in FACT_WORDS.items():
        words, other = notice.said(name, language) if name in WORDS else (getattr(notice, name), "")
        found.append(Told(str(label), _said(words), other if words else ""))
    return found


def foreign_words(notice: Notice, language: str) -> str:
    """What is said to who reads `language` of words that are not in it; empty where all are."""
    if not any(row.language for row in told_in(notice, language)) and not notice.said("title", language)[1]:
        return ""
    name = language_name(notice.language)
    return _("Some words stand here in another language (%(language)s): nobody wrote them in yours.") % {
        "language": name
    }


def language_name(code: str) -> str:
    """What a language is called in the one that is active."""
    return str(get_language_info(code)["name_translated"])


def unknown_words(names: Iterable[str]) -> list[str]:
    """Which facts are open, in the order of the law."""
    wanted = set(names)
    return [str(label) for name, label in FACT_WORDS.items() if name in wanted]


def _said(value: Any) -> str:
    if value in ("", None):
        return str(NOT_YET_KNOWN)
    return number_format(value, force_grouping=True) if isinstance(value, int) else str(value)
