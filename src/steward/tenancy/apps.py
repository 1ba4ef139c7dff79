"""Tenancy as a Django application."""

from typing import Any

from django.apps import AppConfig
from django.core import checks

from steward.privacy.inventory import undeclared_fields


class TenancyConfig(AppConfig):
    name = "steward.tenancy"
    label = "tenancy"

    def ready(self) -> None:
        checks.register(check_inventory, checks.Tags.models)


def check_inventory(**_options: Any) -> list[checks.CheckMessage]:
    """Every field of an account-owned model says what it holds."""
    from steward.tenancy.models import account_owned_models  # noqa: PLC0415  models load after the application

    return [
        checks.Error(
            f"{field} does not say what it holds",
            hint="Wrap the field in personal(...) or impersonal(...) of steward.privacy.inventory.",
            id="steward.E001",
        )
        for field in undeclared_fields(account_owned_models())
    ]
