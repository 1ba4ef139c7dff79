"""People as a Django application."""

from django.apps import AppConfig
from django.core import checks

from steward.people.checks import check_settings


class PeopleConfig(AppConfig):
    name = "steward.people"
    label = "people"

    def ready(self) -> None:
        checks.register(check_settings)
