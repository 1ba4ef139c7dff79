"""The project as a Django application: its migrations put the parts together."""

from django.apps import AppConfig


class ProjectConfig(AppConfig):
    name = "steward.project"
    label = "project"
