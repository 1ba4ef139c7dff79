"""Telling recipients as a Django application."""

from django.apps import AppConfig


class RecipientsConfig(AppConfig):
    name = "steward.privacy.recipients"
    label = "recipients"

    def ready(self) -> None:
        # They register themselves: with erasures, and with events.
        from steward.privacy.recipients import certifying, collecting, subscribers  # noqa: F401, PLC0415
