"""Tickets as a Django application."""

from django.apps import AppConfig


class TicketsConfig(AppConfig):
    name = "steward.tickets"
    label = "tickets"

    def ready(self) -> None:
        from steward.tickets import places, subscribers  # noqa: F401, PLC0415  register themselves with live and events
