"""Anchors in a third place: the bucket of the backups, where there is one (`STEWARD_BACKUPS`).

What was appended to a day's file since is put there as an object of its own, `anchors/2026-03-01/000000001204.jsonl`,
named by the place in the file at which it begins. Objects are only added: a bucket that locks what it has been given
for some days takes all of them, and nobody with this machine in their hands can take one back.
"""

import json
import logging
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings

from steward.lib.clock import now
from steward.privacy.audit.anchors import KEPT, Anchor, files_of_days, parsed
from steward.privacy.egress import configuration
from steward.privacy.egress.addresses import BadDestination
from steward.privacy.egress.decision import EgressDenied
from steward.privacy.egress.s3.answers import Kept
from steward.privacy.egress.s3.buckets import Bucket
from steward.privacy.egress.s3.client import Client
from steward.privacy.egress.s3.errors import StoreFault
from steward.privacy.egress.s3.streams import as_file
from steward.privacy.keys.durable import replace

FOLDER = "anchors/"
NOTE = ".anchors-carried.json"
logger = logging.getLogger(__name__)
_FAULTS = (StoreFault, EgressDenied, BadDestination)


class NotReached(OSError):
    """The bucket does not answer, or does not do what it is asked."""


@dataclass(frozen=True, slots=True)
class Carried:
    """When everything was carried last (ISO 8601, UTC), and why it could not be since; empty: it could."""

    at: str
    fault: str = ""


def carry_anchors() -> int:
    """Carry what the bucket has not; returns how many objects were added, 0 where there is no bucket. Needs no scope.

    What goes wrong is logged and kept for `carried_last`: the anchors are in the second place, and go later.
    """
    bucket, number = _bucket(), 0
    if bucket is None:
        return 0
    try:
        with Client(bucket) as client:
            for path in files_of_days():
                number += _carried(client, path)
        replace(_note(), json.dumps(asdict(Carried(now().isoformat()))).encode())
    except _FAULTS as fault:
        logger.error("anchors of the audit could not be carried to %s: %s", bucket, fault)
        last = carried_last()
        replace(_note(), json.dumps(asdict(Carried(last.at if last else "", str(fault)))).encode())
    return number


def carried_last() -> Carried | None:
    """What the last try came to; None before the first, and where there is no bucket."""
    try:
        return Carried(**json.loads(_note().read_bytes())) if _bucket() else None
    except (FileNotFoundError, ValueError, TypeError):
        return None


def carried_anchors() -> Mapping[str, Sequence[Anchor]]:
    """Every anchor in the bucket by the account's id, as they were written; none without one. Needs no scope.

    Days that are past are left out, as nobody looks at them any more. Raises `NotReached`.
    """
    found: defaultdict[str, list[Anchor]] = defaultdict(list)
    bucket = _bucket()
    if bucket is None:
        return found
    try:
        with Client(bucket) as client:
            for anchor in _read(client):
                found[anchor.account].append(anchor)
    except _FAULTS as fault:
        raise NotReached(f"{bucket}: {fault}") from fault
    return found


def forget_carried() -> int:
    """Let go of objects of days that are past; returns how many. Those that are locked stay, and do no harm."""
    bucket, gone = _bucket(), 0
    if bucket is None:
        return 0
    try:
        with Client(bucket) as client:
            for kept in [each for each in client.objects(FOLDER) if _day(each.key) < _oldest()]:
                client.delete(kept.key)
                gone += 1
    except _FAULTS as fault:
        logger.info("anchors that are past stay in %s: %s", bucket, fault)
    return gone


def _carried(client: Client, path: Path) -> int:
    """Put what is behind the last byte that is there; 1 where there was something."""
    beginning = f"{FOLDER}{path.stem}/"
    reached = max((_place(kept) + kept.size for kept in client.objects(beginning)), default=0)
    with path.open("rb") as file:
        file.seek(reached)
        content = file.read()
    whole = content[: content.rfind(b"\n") + 1]
    if whole:
        client.put(f"{beginning}{reached:012d}.jsonl", whole)
    return int(bool(whole))


def _read(client: Client) -> Iterator[Anchor]:
    for kept in sorted(client.objects(FOLDER), key=lambda each: each.key):
        if _day(kept.key) >= _oldest():
            with as_file(client, kept) as file:
                yield from (anchor for line in file if (anchor := parsed(line)))


def _place(kept: Kept) -> int:
    name = kept.key.rpartition("/")[2].removesuffix(".jsonl")
    return int(name) if name.isdecimal() else 0


def _day(key: str) -> str:
    return key.removeprefix(FOLDER).partition("/")[0]


def _oldest() -> str:
    limit: datetime = now() - KEPT
    return f"{limit:%Y-%m-%d}"


def _bucket() -> Bucket | None:
    return configuration.backups()


def _note() -> Path:
    return Path(settings.STEWARD_DATA) / NOTE
