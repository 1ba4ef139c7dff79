"""Consents as a Django application."""

from django.apps import AppConfig


class ConsentConfig(AppConfig):
    name = "steward.privacy.consent"
    label = "consent"

    def ready(self) -> None:
        from steward.privacy.consent import processing  # noqa: F401, PLC0415  it registers itself with events
