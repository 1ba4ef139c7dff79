"""What `demonstrating` runs in a process with models: the sample accounts, once, and `demo.json`, each time."""

import base64
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from steward.project.starting import start_django

start_django()

# ruff: noqa: E402 - models can be imported only now
from django.conf import settings

from steward.demo.places import account_url, base_url, outbox_url
from steward.demo.reading import catch_up
from steward.demo.registry import agree, announce, begin, fill_ledger
from steward.demo.sample import BEGINNING, play, sample_clock, staff
from steward.demo.scripts import Sample, samples
from steward.lib.clock import now
from steward.lib.ids import new_id
from steward.lifecycle.opening import Owner, open_account
from steward.people.models import Operator
from steward.people.operators import create_operator
from steward.privacy.keys.cipher import derive_installation
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope

OPERATOR = "operator@steward.example"


def main() -> int:
    all_samples = samples()
    new = [sample for sample in all_samples if not Account.objects.filter(slug=sample.slug).exists()]
    with sample_clock() as clock:
        begin(os.environ.get("STEWARD_DEMO_REGISTRY", "own"), clock)
    for sample in new:
        load(sample)
    with sample_clock() as clock:
        announce(clock)
    for sample in new:
        tell_what_left(sample)
    if not Operator.objects.exists():
        create_operator(OPERATOR, password=password_of(OPERATOR))
    write_told(settings.STEWARD_DATA / "demo.json", all_samples)
    return 0


def load(sample: Sample) -> None:
    """Make one sample account, all of it or nothing; what its people have read comes after."""
    passwords = {person.email: password_of(person.email) for person in sample.people}
    account_id = new_id()
    with sample_clock() as clock, account_scope(account_id):
        clock.set(clock.today - BEGINNING)
        first = sample.people[0]
        owner = Owner(first.email, first.name, passwords[first.email])
        account = open_account(sample.slug, name=sample.name, owner=owner, account_id=account_id)
        agree(account)
        staff(sample, account, passwords)
        play(sample, clock)
    with account_scope(account_id):
        catch_up()


def tell_what_left(sample: Sample) -> None:
    """The ledger of a sample account."""
    account = Account.objects.get(slug=sample.slug)
    with account_scope(account.id):
        fill_ledger(account, now())


def password_of(email: str) -> str:
    """Of somebody in the demo: 16 characters, other ones in each installation, the same at each start."""
    return base64.b32encode(derive_installation(f"demo password of {email}")[:10]).decode().lower()


def told(all_samples: Sequence[Sample]) -> dict[str, Any]:
    """What `demo.json` says."""
    return {
        "url": base_url(),
        "smtp_port": settings.STEWARD_SMTP_PORT,
        "outbox_url": outbox_url(),
        "operator": {"url": f"{base_url()}/operator/", "email": OPERATOR, "password": password_of(OPERATOR)},
        "accounts": [_account(sample) for sample in all_samples],
    }


def _account(sample: Sample) -> dict[str, Any]:
    [first, *_others] = sample.departments.values()
    return {
        "slug": sample.slug,
        "name": sample.name,
        "url": account_url(sample.slug),
        "address": f"{first['address']}@{sample.slug}.{settings.STEWARD_DOMAIN}",
        "people": [
            {"name": p.name, "email": p.email, "password": password_of(p.email), "role": p.role} for p in sample.people
        ],
    }


def write_told(path: Path, all_samples: Sequence[Sample]) -> None:
    """Replace `demo.json`; it holds passwords, so that only we can read it."""
    draft = path.with_suffix(".draft")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(told(all_samples), file, indent=2, ensure_ascii=False)
    draft.replace(path)


if __name__ == "__main__":
    sys.exit(main())
