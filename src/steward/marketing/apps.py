"""Consents to advertising as a Django application."""

from django.apps import AppConfig


class MarketingConfig(AppConfig):
    name = "steward.marketing"
    label = "marketing"

    def ready(self) -> None:
        from steward.marketing import subscribers  # noqa: F401, PLC0415  they register themselves with events
