"""Access by support as a Django application."""

from django.apps import AppConfig


class SupportAccessConfig(AppConfig):
    name = "steward.privacy.support_access"
    label = "support_access"

    def ready(self) -> None:
        # They register themselves with events and with the queue.
        from steward.privacy.support_access import subscribers, tasks  # noqa: F401, PLC0415
