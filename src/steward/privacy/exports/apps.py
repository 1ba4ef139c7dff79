"""Exports as a Django application."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class ExportsConfig(AppConfig):
    name = "steward.privacy.exports"
    label = "exports"

    def ready(self) -> None:
        from steward.privacy.exports import subscribers, tasks  # noqa: F401, PLC0415  the queue knows it by name

        autodiscover_modules("exporting")
