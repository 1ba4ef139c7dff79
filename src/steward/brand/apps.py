"""The brand as a Django application."""

from django.apps import AppConfig


class BrandConfig(AppConfig):
    name = "steward.brand"
    label = "brand"
