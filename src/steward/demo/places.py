"""Where things are in the demo: accounts with their addresses, and the sign-ins, as `demo.json` tells them."""

import json
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from steward.people.models import Role


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
    return [_place(account) for account in told["accounts"]]


def operator_place() -> dict[str, str]:
    """The back office of the demo: `url`, `email`, `password`; empty before the sample data are loaded."""
    path = settings.STEWARD_DATA / "demo.json"
    told: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    operator: dict[str, str] = told.get("operator", {})
    return operator


def _place(told: dict[str, Any]) -> Place:
    console = f"{account_url(told['slug'])}/console/"
    return Place(told["slug"], told["name"], console, told["address"], [_person(person) for person in told["people"]])


def _person(told: dict[str, str]) -> dict[str, str]:
    """A sign-in, with the role by its name in the language in force."""
    return told | {"role": str(Role(told["role"]).label)}
