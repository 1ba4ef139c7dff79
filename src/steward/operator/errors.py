"""What a class of error means, in words that are ours: nothing of what it said at the time."""

import sys
from inspect import cleandoc

OURS = "steward."


def meaning_of(error: str) -> str:
    """The first sentence that our own class says about itself; empty for classes of others, and for none."""
    module, _, name = error.rpartition(".")
    found = getattr(sys.modules.get(module), name, None) if module.startswith(OURS) else None
    words = cleandoc(found.__doc__ or "") if isinstance(found, type) else ""
    return words.partition("\n\n")[0].replace("\n", " ")
