"""What is agreed between those who say who looks at what, and those who tell it."""

from datetime import timedelta

PRESENCE = "steward_presence"
"""The channel that says: in this account somebody came, went, or began or stopped to write."""

EXPIRY = timedelta(seconds=30)
"""How long a beat counts."""
