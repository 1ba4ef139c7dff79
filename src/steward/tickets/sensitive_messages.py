"""Pointing out messages that hold what hardly anybody means to leave in a ticket. Pure."""

from steward.lib.sensitive import TELLING, spots

SENSITIVE = "sensitive"  # in a message's findings: of which kinds something stands there, never what
_LOOKED_AT = 50_000  # characters: of more, history for the most part


def telling(text: str) -> list[str]:
    """The kinds of what stands in the text, as codes of `lib.sensitive.Kind`, each once and in order."""
    return sorted({spot.kind.value for spot in spots(text[:_LOOKED_AT], TELLING)})
