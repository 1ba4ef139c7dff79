"""The life of accounts as a Django application."""

from django.apps import AppConfig


class LifecycleConfig(AppConfig):
    name = "steward.lifecycle"
    label = "lifecycle"

    def ready(self) -> None:
        from steward.lifecycle import ordered_again, subscribers  # noqa: F401, PLC0415  models are loaded now
