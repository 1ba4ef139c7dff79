"""The e-mail channel as a Django application."""

from django.apps import AppConfig


class EmailConfig(AppConfig):
    name = "steward.channels.email"
    label = "email"

    def ready(self) -> None:
        from steward.channels.email import mailbox_copies, rewriting, subscribers  # noqa: F401, PLC0415  register themselves
