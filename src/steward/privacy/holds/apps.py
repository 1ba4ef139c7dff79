"""Holds as a Django application."""

from django.apps import AppConfig


class HoldsConfig(AppConfig):
    name = "steward.privacy.holds"
    label = "holds"
