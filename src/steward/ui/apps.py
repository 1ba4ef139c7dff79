"""The look of everything as a Django application."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "steward.ui"
    label = "ui"
