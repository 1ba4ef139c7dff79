"""Tickets as a Django application."""

from django.apps import AppConfig


class TicketsConfig(AppConfig):
    name = "steward.tickets"
    label = "tickets"

    def ready(self) -> None:
        # Register themselves: with holds, live and events.
        from steward.tickets import holding, places, restriction, subscribers  # noqa: F401, PLC0415
