"""Erasure as a Django application."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class ErasureConfig(AppConfig):
    name = "steward.privacy.erasure"
    label = "erasure"

    def ready(self) -> None:
        autodiscover_modules("erasing")
