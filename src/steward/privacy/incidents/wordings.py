"""What operators write about an incident, in more than one language.

The columns hold it in the language of the installation; each of those words can be written in others. Such words hold
as long as what they say again stays as it was. From then on they are out of date: whoever reads that language reads the
columns, with their language named, until somebody has written them anew.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from steward.privacy.incidents.facts import WORDS

WRITTEN = ("title", *WORDS)
Wordings = dict[str, dict[str, str]]  # language -> name -> words


def other_languages(language: str) -> list[str]:
    """The languages of the installation, without the one that the columns are in."""
    return [code for code, _name in settings.LANGUAGES if code != language]


def kept(kept_before: Mapping[str, Any], language: str, said: Mapping[str, str], columns: Any) -> dict[str, Any]:
    """What is stored once `said` is written: with each of the words those of the columns that they say again."""
    of_language = dict(kept_before.get(language, {}))
    for name, words in said.items():
        of_language.pop(name, None)
        if words:
            of_language[name] = {"words": words, "of": getattr(columns, name)}
    return {**kept_before, language: of_language}


def holding(incident: Any) -> Wordings:
    """The words of an incident that hold now."""
    return {
        language: {name: one["words"] for name, one in names.items() if _holds(incident, name, one)}
        for language, names in incident.wordings.items()
    }


@dataclass(frozen=True, slots=True)
class Wording:
    """One of the words of an incident, `of` the columns, as it was said again."""

    name: str
    of: str
    words: str = ""
    is_outdated: bool = False  # the columns have changed since


def wordings_in(incident: Any, language: str) -> list[Wording]:
    """All that is written and can be said again, in the order of the law; empty words where nobody has done it yet."""
    written, found = incident.wordings.get(language, {}), []
    for name in WRITTEN:
        if of := getattr(incident, name):
            one = written.get(name)
            found.append(Wording(name, of, one["words"], not _holds(incident, name, one)) if one else Wording(name, of))
    return found


def _holds(incident: Any, name: str, one: Mapping[str, str]) -> bool:
    return bool(one["of"]) and one["of"] == getattr(incident, name)
