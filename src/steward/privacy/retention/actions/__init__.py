"""What can be done: write rules, and carry them out."""

from steward.privacy.retention.actions.applying import apply_rule, apply_rules
from steward.privacy.retention.actions.emptying import note_purge, order_all, purge_chosen
from steward.privacy.retention.actions.ruling import RuleRefused, change_rule, drop_rule, make_rule, take_offer

__all__ = [
    "RuleRefused",
    "apply_rule",
    "apply_rules",
    "change_rule",
    "drop_rule",
    "make_rule",
    "note_purge",
    "order_all",
    "purge_chosen",
    "take_offer",
]
