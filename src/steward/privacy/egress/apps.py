"""The egress gate as a Django application."""

from django.apps import AppConfig
from django.core import checks

from steward.privacy.egress.checks import check_settings


class EgressConfig(AppConfig):
    name = "steward.privacy.egress"
    label = "egress"

    def ready(self) -> None:
        checks.register(check_settings)
