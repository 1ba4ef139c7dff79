"""Tickets as a Django application."""

from django.apps import AppConfig


class TicketsConfig(AppConfig):
    name = "steward.tickets"
    label = "tickets"

    def ready(self) -> None:
        from steward.tickets import subscribers  # noqa: F401, PLC0415  registers itself with events
