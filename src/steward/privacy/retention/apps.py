"""Retention as a Django application."""

from django.apps import AppConfig


class RetentionConfig(AppConfig):
    name = "steward.privacy.retention"
    label = "retention"

    def ready(self) -> None:
        from steward.privacy.retention import tasks  # noqa: F401, PLC0415  the queue knows it by name
