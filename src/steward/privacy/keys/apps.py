"""The account keys as a Django application: no tables, a model field."""

from django.apps import AppConfig


class KeysConfig(AppConfig):
    name = "steward.privacy.keys"
    label = "keys"
