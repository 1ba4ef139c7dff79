"""Finding parts of a draft by words: in names and keys, in what a company is engaged for, and in texts of the page."""

from collections.abc import Iterable

from steward.lib.fold import fold
from steward.privacy.egress.registry.document import Block, Engagement, Place, Subprocessor
from steward.privacy.subprocessors.words import KINDS, PURPOSE_WORDS, country_name


class Search:
    """Words that all have to be there, in any order and at any place. Without words everything is found."""

    def __init__(self, asked: str) -> None:
        self.asked = " ".join(asked.split())[:100]
        self._words = fold(self.asked).split()

    def __bool__(self) -> bool:
        return bool(self._words)

    def company(self, company: Subprocessor) -> bool:
        """Whether it is found by itself, so that all it is engaged for is shown."""
        return self._is_in(
            [company.key, company.legal_name, company.known_as, company.country and country_name(company.country),
             str(KINDS[company.kind])]
        )  # fmt: skip

    def engagement(self, company: Subprocessor, engagement: Engagement) -> bool:
        """Whether one of its uses is, with the name of the company before it."""
        return self._is_in([company.legal_name, *_words_of(engagement)])

    def region(self, place: Place) -> bool:
        """Whether a region is, in any language."""
        return self._is_in([place.code, *place.name.values()])

    def block(self, block: Block) -> bool:
        """Whether a text of the page is, in any language."""
        return self._is_in([block.key, *block.title.values(), *block.text.values()])

    def _is_in(self, texts: Iterable[str | None]) -> bool:
        text = fold(" ".join(filter(None, texts)))
        return all(word in text for word in self._words)


def _words_of(engagement: Engagement) -> Iterable[str]:
    yield engagement.key
    yield from (str(PURPOSE_WORDS.get(one, one)) for one in engagement.purposes)
    yield from (country_name(code) for code in engagement.countries or ())
    yield from (*engagement.place.values(), *engagement.description.values())
    yield from (f"{one.host}:{one.port}" for one in engagement.endpoints or ())
