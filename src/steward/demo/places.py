"""Where things are in the demo: accounts with their addresses, and the sign-ins, as `demo.json` tells them."""

import json
from dataclasses import dataclass
from typing import Any

from django.conf import settings


@dataclass(frozen=True, slots=True)
class Place:
    """An account of the demo."""

    slug: str
    name: str
    url: str  # of its console
    address: str
    people: list[dict[str, str]]


def base_url() -> str:
    """Of the base domain, without a slash at the end."""
    return f"http://{settings.STEWARD_DOMAIN}:{settings.STEWARD_PORT}"


def account_url(slug: str) -> str:
    """Of an account's host, without a slash at the end."""
    return f"http://{slug}.{settings.STEWARD_DOMAIN}:{settings.STEWARD_PORT}"


def outbox_url() -> str:
    return f"{base_url()}/outbox"


def places() -> list[Place]:
    """The accounts of the demo; none before the sample data are loaded."""
    path = settings.STEWARD_DATA / "demo.json"
    if not path.exists():
        return []
    told: dict[str, Any] = json.loads(path.read_text())
    return [
        Place(a["slug"], a["name"], f"{account_url(a['slug'])}/console/", a["address"], a["people"])
        for a in told["accounts"]
    ]
