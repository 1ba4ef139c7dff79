"""Backups as a Django application."""

from django.apps import AppConfig


class BackupsConfig(AppConfig):
    name = "steward.backups"
    label = "backups"

    def ready(self) -> None:
        from steward.backups import subscribers  # noqa: F401, PLC0415
