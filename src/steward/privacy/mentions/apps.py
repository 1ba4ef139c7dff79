"""Mentions as a Django application."""

from django.apps import AppConfig


class MentionsConfig(AppConfig):
    name = "steward.privacy.mentions"
    label = "mentions"

    def ready(self) -> None:
        from steward.privacy.mentions import certifying, subscribers  # noqa: F401, PLC0415  register themselves
