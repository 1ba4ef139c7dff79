"""The example: two real lists of the past as versions, to look at what a registry is before one has one's own.

`example/<date of the list>.json` are documents without prose, laid out to be read; what no page states is left out in
them. The prose is that of any provider, save where the pages say otherwise or more (`example/prose`). Pure.
"""

from datetime import date
from pathlib import Path

from msgspec.structs import replace

from steward.privacy.egress.registry.document import Block, Registry, parse_registry
from steward.privacy.subprocessors.prose import blocks_in, default_blocks

EXAMPLE = Path(__file__).parent / "example"

_FIRST = "example"
_AFTER = {"infrastructure": "production"}
_NOT_SAID = frozenset({"enforcement"})  # true of this software, and no page says so of theirs


def example_versions() -> tuple[Registry, ...]:
    """The lists of 28 October 2019 and 13 December 2024, oldest first, in all languages."""
    prose = _prose()
    return tuple(
        replace(parse_registry(path.read_bytes()), prose=prose, stated_on=date.fromisoformat(path.stem))
        for path in sorted(EXAMPLE.glob("*.json"))
    )


def _prose() -> tuple[Block, ...]:
    """The usual blocks in their order, each as the pages have it where they differ, and theirs besides."""
    own = {block.key: block for block in blocks_in(EXAMPLE / "prose")}
    found = [own.pop(_FIRST)]
    for block in default_blocks():
        if block.key not in _NOT_SAID:
            found.append(own.pop(block.key, block))
        if block.key in _AFTER:
            found.append(own.pop(_AFTER[block.key]))
    return (*found, *own.values())
