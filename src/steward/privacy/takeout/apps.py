"""The package as Django knows it."""

from django.apps import AppConfig


class TakeoutConfig(AppConfig):
    """Copies of everything an account holds."""

    name = "steward.privacy.takeout"
    label = "takeout"

    def ready(self) -> None:
        from steward.privacy.takeout import held, subscribers  # noqa: F401, PLC0415  models are loaded only now
