"""Notifications as a Django application."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "steward.notifications"
    label = "notifications"

    def ready(self) -> None:
        # They register themselves with events and with the streams.
        from steward.notifications import of_account, places, restriction, subscribers, went_wrong  # noqa: F401, PLC0415
