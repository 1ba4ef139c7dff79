"""`steward data-centre add`, `list` and `check`: where this installation and its data lie."""

import argparse
import json
import sys
from collections.abc import Sequence

from steward.privacy.egress.residency import findings
from steward.project import settings
from steward.project.commands.parsing import parser_for
from steward.project.commands.session import database
from steward.project.failure import Failure
from steward.project.places import WAY_OUT, tell
from steward.tenancy.models import DataCentre
from steward.tenancy.residency import NotAPlace, StaysThere, add_data_centre

UNSERVABLE = 3  # the exit code of `check` where data would be served that do not belong here


def main(arguments: Sequence[str]) -> int:
    options = _parser().parse_args(arguments)
    with database():
        code: int = options.run(options)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = parser_for("data-centre", "Say where data lie, and check that they lie where they should.")
    commands = parser.add_subparsers(required=True, metavar="add|list|check")
    add = commands.add_parser("add", help="make a data centre known")
    add.add_argument("code", metavar="CODE", help="as `fra-1`; STEWARD_DATA_CENTRE names the one this stands in")
    add.add_argument("--region", required=True, metavar="CODE", help="as `steward region list` shows them")
    add.add_argument("--country", required=True, metavar="DE", help="ISO 3166-1, two letters")
    add.add_argument("--host", default="", metavar="KEY", help="who runs it: the key of a subprocessor of the registry")
    add.set_defaults(run=_add)
    listing = commands.add_parser("list", help="show the data centres")
    listing.add_argument("--json", action="store_true", help="one JSON object per line")
    listing.set_defaults(run=_list)
    check = commands.add_parser("check", help="say what of this installation is not where, or who, it should be")
    check.set_defaults(run=_check)
    return parser


def _add(options: argparse.Namespace) -> int:
    place = {"region": options.region, "country": options.country.upper(), "host": options.host}
    try:
        made = add_data_centre(options.code, **place)
    except (NotAPlace, StaysThere) as problem:
        raise Failure(str(problem)) from problem
    print(f"{made.code} stands in {made.country}, in region {made.region_id}.")
    return 0


def _list(options: argparse.Namespace) -> int:
    for centre in DataCentre.objects.order_by("code"):
        is_here = centre.code == settings.STEWARD_DATA_CENTRE
        told = {"data_centre": centre.code, "region": centre.region_id, "country": centre.country, "host": centre.host}
        line = (centre.code, centre.region_id, centre.country, centre.host or "-", "here" if is_here else "")
        print(json.dumps({**told, "is_here": is_here}) if options.json else "  ".join(line).rstrip())
    return 0


def _check(_options: argparse.Namespace) -> int:
    """0 when all is as it should be, 1 when something has to be put right, 3 when nothing may be served before."""
    found = findings()
    tell(found)
    if any(one.is_unservable for one in found):
        print(WAY_OUT, file=sys.stderr)
        return UNSERVABLE
    return 1 if any(one.is_error for one in found) else 0
