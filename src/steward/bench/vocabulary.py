"""Words as frequent as in a language: a few are everywhere, most are rare (Zipf). All from a seed."""

import random
from collections.abc import Sequence
from itertools import accumulate

_SYLLABLES = (
    "an ar ber con del den der des di ed el en er es for ge ger hal hin in is ko la le li lo ma men mi mo na ne ni no "
    "ob on or pa per po pre ra re ri ro sa sche se si so sta ta te ten ti to tra tu un ur ve ver vi wa we wi za zu"
).split()


class Vocabulary:
    """Made-up words; the one of rank n is drawn about 1/n as often as the first."""

    def __init__(self, size: int, seed: int) -> None:
        drawing = random.Random(seed)  # noqa: S311  the same data in each run, no secret
        words: dict[str, None] = {}
        while len(words) < size:
            words["".join(drawing.choices(_SYLLABLES, k=drawing.choice((2, 2, 3, 3, 4))))] = None
        self.words = list(words)
        self._weights = list(accumulate(1 / (rank + 3) for rank in range(size)))

    def draw(self, drawing: random.Random, count: int) -> list[str]:
        return drawing.choices(self.words, cum_weights=self._weights, k=count)

    def at(self, ranks: Sequence[int]) -> list[str]:
        """The words of these ranks, the most frequent one being 0."""
        return [self.words[rank] for rank in ranks]
