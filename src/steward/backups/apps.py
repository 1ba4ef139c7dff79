"""Backups as a Django application."""

from django.apps import AppConfig


class BackupsConfig(AppConfig):
    name = "steward.backups"
    label = "backups"
