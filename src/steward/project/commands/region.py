"""`steward region add` and `list`: the legal areas that data stay inside."""

import argparse
import json
from collections.abc import Sequence

from steward.privacy.egress.terms import agreed_by
from steward.project.commands.parsing import parser_for
from steward.project.commands.session import run_chosen
from steward.project.failure import Failure
from steward.tenancy.models import Region
from steward.tenancy.residency import NotAPlace, Widens, add_region, countries_added


def main(arguments: Sequence[str]) -> int:
    return run_chosen(_parser(), arguments)


def _parser() -> argparse.ArgumentParser:
    parser = parser_for("region", "Say which regions there are: data of an account stay inside its own.")
    commands = parser.add_subparsers(required=True, metavar="add|list")
    add = commands.add_parser("add", help="make a region known, or say anew which countries it has")
    add.add_argument("code", metavar="CODE", help="as `eu`")
    add.add_argument("--name", required=True, help="what people read")
    add.add_argument("--countries", required=True, metavar="DE,FR,...", help="ISO 3166-1, two letters each")
    add.set_defaults(run=_add)
    listing = commands.add_parser("list", help="show the regions")
    listing.add_argument("--json", action="store_true", help="one JSON object per line")
    listing.set_defaults(run=_list)
    return parser


def _add(options: argparse.Namespace) -> None:
    countries = [country.strip().upper() for country in options.countries.split(",")]
    if countries_added(options.code, countries) and (named := agreed_by(options.code)):
        raise Failure(
            f"The agreements of {', '.join(named)} let data go to region “{options.code}” as it is. Make a region of "
            "its own with the new country."
        )
    try:
        region = add_region(options.code, name=options.name, countries=countries)
    except (NotAPlace, Widens) as problem:
        raise Failure(str(problem)) from problem
    print(f"{region.name} ({region.code}) has {len(region.countries)} countries.")


def _list(options: argparse.Namespace) -> None:
    for region in Region.objects.order_by("code"):
        told = {"region": region.code, "name": region.name, "countries": region.countries}
        line = (region.code, region.name, ",".join(region.countries))
        print(json.dumps(told, ensure_ascii=False) if options.json else "  ".join(line))
