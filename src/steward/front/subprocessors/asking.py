"""What is asked of the page in its address: `lang`, `as_of`, `version`, `compare`, `region`."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from steward.lib.clock import now
from steward.privacy.egress.registry.faults import PREVAILING
from steward.privacy.egress.registry.standing import Version
from steward.privacy.egress.registry.versions import Published
from steward.tenancy.languages import spoken

PARAMETERS = ("lang", "as_of", "version", "compare", "region")
Point = date | int
"""A day, or the number of a version."""


class BadQuestion(ValueError):
    """The address asks for something that has no meaning; the words say what, in the reader's language."""


@dataclass(frozen=True, slots=True)
class Question:
    """What one address asks for. `point` None: the list as it is now."""

    language: str
    point: Point | None = None
    compare: Point | None = None
    region: str = ""

    def address(self, path: str, **changes: object) -> str:
        """The simple form of an address that asks the same, with changes; what is empty is left out."""
        return f"{path}{query_of({**self._named(), **changes})}"

    def _named(self) -> dict[str, object]:
        name = "version" if isinstance(self.point, int) else "as_of"
        return {"lang": self.language, name: self.point, "compare": self.compare, "region": self.region}


def query_of(named: dict[str, object]) -> str:
    """The part of an address behind the path, in the order of `PARAMETERS`."""
    told = [f"{name}={_told(named[name])}" for name in PARAMETERS if named.get(name)]
    return f"?{'&'.join(told)}" if told else ""


def question_in(request: HttpRequest) -> Question:
    """What the request asks for. Raises `BadQuestion`."""
    asked = request.GET
    if asked.get("lang") and not _is_spoken(asked["lang"]):
        raise BadQuestion(_("This page is not there in the language that the address asks for."))
    if asked.get("as_of") and asked.get("version"):
        raise BadQuestion(_("An address asks for a day or for a version, not for both."))
    return Question(
        language=get_language() or PREVAILING,
        point=_day(asked.get("as_of", "")) or _number(asked.get("version", "")),
        compare=_point(asked.get("compare", "")),
        region=asked.get("region", "").strip().lower(),
    )


def moment_of(point: Point | None, list_: Published) -> datetime:
    """The moment the list is looked at: the end of a day that is not today, the publishing of a version, or now.

    Raises `BadQuestion` for a version that does not exist.
    """
    if isinstance(point, int):
        return version_numbered(point, list_).published_at
    if point is None or point == now().date():
        return now()
    return datetime.combine(point, time.max, tzinfo=UTC)


def version_at(point: Point | None, list_: Published) -> Version | None:
    """The version that a point means; None before the first. Raises `BadQuestion`."""
    if isinstance(point, int):
        return version_numbered(point, list_)
    return list_.as_of(moment_of(point, list_))


def version_numbered(number: int, list_: Published) -> Version:
    """The version of that number. Raises `BadQuestion`."""
    found = next((version for version in list_.versions if version.number == number), None)
    if found is None:
        raise BadQuestion(_("The list has no version %(number)s.") % {"number": number})
    return found


def check_region(question: Question, list_: Published, own: str) -> None:
    """Raise `BadQuestion` for a region that no version knows, so that one may go back to before there was one.

    `own` is that of the account, which is a region in any case.
    """
    if question.region and question.region != own and question.region not in _regions(list_):
        raise BadQuestion(_("The list knows no region “%(text)s”.") % {"text": question.region[:40]})


def _regions(list_: Published) -> set[str]:
    """Those it describes or described, and those that somebody on it serves or served."""
    described = {place.code for version in list_.versions for place in version.registry.regions}
    engaged = (state.engaged for states in list_.revisions.values() for state in states)
    return described | {code for one in engaged if one for code in one.engagement.regions or ()}


def _is_spoken(wish: str) -> bool:
    """`spoken` passes over what we do not speak; here that is said."""
    return spoken(wish) != PREVAILING or wish.lower().replace("_", "-").partition("-")[0] == PREVAILING


def _point(text: str) -> Point | None:
    return _number(text) if text.isdecimal() else _day(text)


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        if len(text) == len("2024-12-13"):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise BadQuestion(_("“%(text)s” is no day. Write it as in 2024-12-13: year, month, day.") % {"text": text[:40]})


def _number(text: str) -> int | None:
    if not text:
        return None
    if text.isascii() and text.isdecimal() and len(text) < 7 and int(text):
        return int(text)
    raise BadQuestion(_("“%(text)s” is no number of a version.") % {"text": text[:40]})


def _told(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)
