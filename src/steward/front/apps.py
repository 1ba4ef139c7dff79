"""The front door as a Django application."""

from django.apps import AppConfig


class FrontConfig(AppConfig):
    name = "steward.front"
    label = "front"
