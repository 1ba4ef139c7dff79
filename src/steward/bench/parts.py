"""One part, measured in this process."""

import argparse
from typing import Any

from steward.bench import (
    auditing,
    clicks,
    departing,
    forgetting,
    gating,
    handing_out,
    listings,
    living,
    pages,
    purging,
    receiving,
    saving,
    streams,
)
from steward.bench.listening import Unheard as Unheard
from steward.bench.machine import postgres_version


def measure(options: argparse.Namespace, superuser: str) -> dict[str, Any]:
    """The figures of the part that the options name. Raises `Unheard` when streams cannot be listened to."""
    if options.part == "mail":
        figures = receiving.measure(superuser, mails=options.mails, connections=options.connections)
    elif options.part == "live":
        figures = streams.measure(superuser, browsers=options.browsers, idle=options.idle)
    elif options.part == "click":
        figures = clicks.measure(superuser, options.size[0], clicks=min(options.rounds, clicks.CLICKS))
    elif options.part == "registry":
        figures = listings.measure(rounds=options.rounds)
    elif options.part == "gate":
        figures = gating.measure(rounds=options.rounds)
    elif options.part == "purge":
        figures = purging.measure(superuser, options.size[0])
    elif options.part == "erase":
        figures = forgetting.measure(superuser, options.size[0], rounds=options.rounds)
    elif options.part == "delete":
        figures = departing.measure(superuser, options.size[0], rounds=options.rounds)
    elif options.part == "export":
        figures = handing_out.measure(superuser, options.size[0])
    elif options.part == "backup":
        figures = saving.measure(superuser, options.size[0])
    elif options.part == "audit":
        figures = auditing.measure(superuser, options.size[0])
    elif options.part == "lifecycle":
        figures = living.measure(superuser, options.size[0])
    else:
        figures = pages.measure(superuser, options.size[0], only=options.only, rounds=options.rounds)
    return figures | {"postgres": postgres_version()}
