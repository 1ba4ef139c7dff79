"""The subprocessor registry as a Django application."""

from django.apps import AppConfig


class SubprocessorsConfig(AppConfig):
    name = "steward.privacy.subprocessors"
    label = "subprocessors"
