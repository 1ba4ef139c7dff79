"""The sample accounts as they are written down in `samples/*.toml`. Pure.

A ticket is a little play: how long ago it began, who wrote to which department, and what happened then, each step some
time after the one before. `docs/subsystems/mail.md` is what makes a ticket of it; nothing here is special.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

SAMPLES = Path(__file__).parent / "samples"
_UNITS = {"d": "days", "h": "hours", "m": "minutes"}
_PART = re.compile(r"(\d+)([dhm])")


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happens in a ticket. `by` is "customer", "stranger" or an agent's first name."""

    after: timedelta
    by: str
    does: str = "write"
    text: str = ""
    html: str = ""
    to: str = ""
    sender: str = ""
    files: Sequence[str] = ()
    picture: str = ""


@dataclass(frozen=True, slots=True)
class Script:
    """A ticket to be: the first mail and what follows."""

    ago: timedelta
    sender: str  # Name <address>
    to: str  # department
    subject: str
    first: Step
    then: Sequence[Step] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    tags: Sequence[str] = ()  # put on as soon as the first mail is there


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who works in a sample account; `departments` maps names onto the roles held there."""

    name: str
    email: str
    role: str
    departments: Mapping[str, str]
    signature: str = ""
    availability: str = "online"


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample account; the first person is its owner, the first department its default."""

    slug: str
    name: str
    departments: Mapping[str, Mapping[str, str]]  # name -> address (local part), signature
    people: Sequence[Person]
    tickets: Sequence[Script]


def samples() -> list[Sample]:
    """All sample accounts, Northwind first."""
    return [_sample("northwind"), _sample("contoso")]


def _sample(slug: str) -> Sample:
    told = tomllib.loads((SAMPLES / f"{slug}.toml").read_text())
    tickets = [script for path in sorted(SAMPLES.glob(f"{slug}-*.toml")) for script in _scripts(path)]
    people = [Person(**person) for person in told["person"]]
    return Sample(slug, told["name"], told["department"], people, tickets)


def _scripts(path: Path) -> list[Script]:
    return [_script(ticket) for ticket in tomllib.loads(path.read_text())["ticket"]]


def _script(told: Mapping[str, Any]) -> Script:
    opening = {name: told[name] for name in ("text", "html", "files", "picture") if name in told}
    return Script(
        ago=duration(told["ago"]),
        sender=told["from"],
        to=told["to"],
        subject=told["subject"],
        first=Step(timedelta(0), "customer", **opening),
        then=[_step(step) for step in told.get("then", ())],
        headers=told.get("headers", {}),
        tags=told.get("tags", ()),
    )


def _step(told: Mapping[str, Any]) -> Step:
    return Step(**{**told, "after": duration(told["after"])})


def duration(text: str) -> timedelta:
    """`1d 4h 30m` as a duration; raises `ValueError` for anything else."""
    parts = _PART.findall(text)
    if not parts or _PART.sub("", text).strip():
        raise ValueError(f"not a duration: {text}")
    return timedelta(**{_UNITS[unit]: int(number) for number, unit in parts})
