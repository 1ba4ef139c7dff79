"""What can be done: plan an erasure, order it, and carry it out."""

from steward.privacy.erasure.actions.counting import ask_for_plan, count_erasure
from steward.privacy.erasure.actions.planning import plan_erasure
from steward.privacy.erasure.actions.running import run_erasure
from steward.privacy.erasure.actions.starting import NotPlanned, start_erasure

__all__ = ["NotPlanned", "ask_for_plan", "count_erasure", "plan_erasure", "run_erasure", "start_erasure"]
