"""The egress gate as a Django application."""

from django.apps import AppConfig


class EgressConfig(AppConfig):
    name = "steward.privacy.egress"
    label = "egress"
