"""What can be done: plan an erasure, and carry it out."""

from steward.privacy.erasure.actions.planning import plan_erasure
from steward.privacy.erasure.actions.running import run_erasure

__all__ = ["plan_erasure", "run_erasure"]
