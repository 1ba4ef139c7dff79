"""Requests of persons as a Django application."""

from django.apps import AppConfig


class RequestsConfig(AppConfig):
    name = "steward.privacy.requests"
    label = "requests"

    def ready(self) -> None:
        # They register themselves: with tickets, and with events.
        from steward.privacy.requests import answering, passing_on, subscribers, telling  # noqa: F401, PLC0415
