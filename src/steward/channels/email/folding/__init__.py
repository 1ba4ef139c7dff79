"""Quoted history and signatures are folded, never removed: what the customer wrote is never hidden."""

from steward.channels.email.folding.folded import Folded
from steward.channels.email.folding.markup import fold_html
from steward.channels.email.folding.plain import fold_text

__all__ = ["Folded", "fold_html", "fold_text"]
