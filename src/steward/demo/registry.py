"""The registry of the demo, and what its accounts have sent: a small company that hosts Steward, with its list."""

import random
import tomllib
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from django.conf import settings
from msgspec.structs import replace

from steward.demo.sample import SampleClock
from steward.people.access import actor_of
from steward.people.models import Membership, Role
from steward.privacy.agreements.actions import Signer, conclude, note_terms
from steward.privacy.egress.models import EgressEvent
from steward.privacy.egress.registry.document import Registry, Subprocessor
from steward.privacy.egress.registry.versions import newest_head, published
from steward.privacy.subprocessors.actions import (
    approve_draft,
    change_draft,
    describe_draft,
    import_versions,
    open_draft,
    publish_draft,
)
from steward.privacy.subprocessors.example import example_versions
from steward.privacy.subprocessors.prose import default_blocks
from steward.tenancy.models import Account, DataCentre
from steward.tenancy.residency import add_data_centre, add_region

_PUBLISHED = timedelta(days=200)  # ago
_ANNOUNCED = timedelta(days=12)  # ago
_LEDGER = timedelta(days=30)
_ROWS = 40  # of each account's ledger
_SUMMARY = {
    "en": "Klarsvar AI AB will suggest answers to agents, for accounts that want it.",
    "pl": "Klarsvar AI AB będzie proponować odpowiedzi agentom na kontach, które tego chcą.",
    "vi": "Klarsvar AI AB sẽ gợi ý câu trả lời cho nhân viên ở những tài khoản muốn dùng.",
    "ar": "ستقترح Klarsvar AI AB ردودًا على موظفي الدعم في الحسابات التي ترغب في ذلك.",
    "da": "Klarsvar AI AB kommer til at foreslå svar til medarbejdere på de konti, der ønsker det.",
    "lv": "Klarsvar AI AB ieteiks atbildes darbiniekiem kontos, kas to vēlas.",
}


def begin(wanted: str, clock: SampleClock) -> None:
    """What is there before the first account: places, and the first version of the list in an empty registry.

    `wanted` is `own` for the list of the demo, `example` for two real lists of the past, or `none`; else ValueError.
    """
    if wanted not in {"own", "example", "none"}:
        raise ValueError("STEWARD_DEMO_REGISTRY is own, example or none")
    if not DataCentre.objects.exists():
        add_region("eu", name="European Union", countries=["DE", "DK", "EE", "NL", "SE"])
        add_data_centre("fra-1", region="eu", country="DE", host="kelda" if wanted == "own" else "")
    if newest_head().number:
        return
    if wanted == "example":
        import_versions(example_versions())
    if wanted == "own":
        clock.set(clock.today - _PUBLISHED)
        _publish(_lists()[0], {})


def is_own() -> bool:
    """Whether the registry is that of the demo."""
    versions = published().versions
    return bool(versions) and versions[0].registry.provider == _lists()[0].provider


def agree(account: Account) -> None:
    """What the owner accepts, in the account's scope: the terms of use and, only under our own list, the agreement with
    the company that hosts it.
    """
    owner = Membership.objects.select_related("user").get(role=Role.OWNER)
    if settings.STEWARD_TERMS_VERSION:
        note_terms(settings.STEWARD_TERMS_VERSION, None, member_id=owner.id, actor=actor_of(owner))
    if not is_own():
        return
    signer = Signer(name=owner.name, email=owner.user.email, position="CEO", member_id=owner.id, address="192.0.2.7")
    version = newest_head().number
    conclude(account, signer, language=account.language, registry_version=version, actor=actor_of(owner))


def announce(clock: SampleClock) -> None:
    """The second version of our own list, for accounts that are there."""
    if is_own() and newest_head().number == 1:
        clock.set(clock.today - _ANNOUNCED)
        _publish(_lists()[1], _SUMMARY)


def fill_ledger(account: Account, today: datetime) -> None:
    """A few weeks of what left and what was refused, the same in each installation. In the account's scope."""
    if not is_own():
        return
    drawn = random.Random(account.slug)  # noqa: S311  sample data
    ages = [timedelta(minutes=9), timedelta(minutes=41), *(_LEDGER * drawn.uniform(0.01, 1) for _ in range(_ROWS))]
    EgressEvent.objects.bulk_create(_row(today, age, drawn) for age in sorted(ages, reverse=True))


@cache
def _lists() -> tuple[Registry, Registry]:
    """The first version and the one that was announced."""
    told = tomllib.loads(Path(__file__).with_name("registry.toml").read_text())
    first = msgspec.convert({**told["registry"], "prose": ()}, Registry)
    first = replace(first, prose=default_blocks())
    more = msgspec.convert(told["announced"], tuple[Subprocessor, ...])
    return first, replace(first, subprocessors=(*first.subprocessors, *more))


def _publish(registry: Registry, summary: dict[str, str]) -> None:
    draft = change_draft(open_draft(operator_id=None), registry, operator_id=None)
    draft = describe_draft(draft, summary=summary, effective_at=None, operator_id=None)
    publish_draft(approve_draft(draft, operator_id=None, alone_because="the demo"), operator_id=None)


def _row(today: datetime, age: timedelta, drawn: random.Random) -> EgressEvent:
    """Nobody tried to use what was not announced yet."""
    kind = drawn.choices(list(_KINDS), weights=[24, 5, 6 if age < _ANNOUNCED else 0])[0]
    usual: dict[str, Any] = {"from_region": "eu", "bytes": None, "reason_code": "allowed", "is_allowed": True}
    size = {"bytes": drawn.randrange(2_000, 60_000)} if kind == "mail" else {}
    version = 2 if age < _ANNOUNCED else 1
    return EgressEvent(**(usual | _KINDS[kind] | size), at=today - age, registry_version=version)


_KINDS: dict[str, dict[str, Any]] = {
    "mail": {
        "traffic": "S",
        "engagement": "postbode-mail",
        "purpose": "mail.deliver",
        "categories": ["user.contact.email", "user.content", "user.name"],
        "host": "smtp.postbode.example",
        "port": 587,
        "to_country": "NL",
        "vendor_agreement": "2025-01",
    },
    "image": {
        "traffic": "B",
        "purpose": "mail.remote_images",
        "categories": ["user.device.ip_address"],
        "host": "images.fjord-bikes.example",
        "port": 443,
    },
    "refused": {
        "traffic": "S",
        "engagement": "klarsvar-answers",
        "purpose": "answer.suggest",
        "categories": ["user.content"],
        "host": "api.klarsvar.example",
        "port": 443,
        "to_country": "SE",
        "is_allowed": False,
        "reason_code": "notice_pending",
    },
}

__all__ = ["agree", "announce", "begin", "fill_ledger"]
