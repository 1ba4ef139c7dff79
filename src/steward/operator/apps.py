"""The back office as a Django application."""

from django.apps import AppConfig
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from steward.ui.homes import Home, offer_home


class OperatorConfig(AppConfig):
    name = "steward.operator"
    label = "operator"

    def ready(self) -> None:
        offer_home(_home_of)


def _home_of(request: HttpRequest) -> Home | None:
    """The overview, on the pages of the back office."""
    from steward.tenancy.middleware import BACK_OFFICE  # noqa: PLC0415  its models load after the applications

    if getattr(request, "account", None) is not None or not request.path.startswith(BACK_OFFICE):
        return None
    return Home(BACK_OFFICE, _("Go to the back office"))
