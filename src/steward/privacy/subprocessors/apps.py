"""The subprocessor registry as a Django application."""

from django.apps import AppConfig


class SubprocessorsConfig(AppConfig):
    name = "steward.privacy.subprocessors"
    label = "subprocessors"

    def ready(self) -> None:
        # They register themselves with events and with the queue.
        from steward.privacy.subprocessors import notice_tasks, subscribers  # noqa: F401, PLC0415
