"""Incidents as a Django application."""

from django.apps import AppConfig


class IncidentsConfig(AppConfig):
    name = "steward.privacy.incidents"
    label = "incidents"

    def ready(self) -> None:
        from steward.privacy.incidents import telling  # noqa: F401, PLC0415  registers its task with the queue
