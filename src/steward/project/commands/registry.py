"""`steward registry`: the subprocessor registry by hand, from a file to a version, and lists of the past."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from steward.privacy.egress.configuration import is_hosting
from steward.privacy.egress.instructed import instructed_hosts
from steward.privacy.egress.proxy_list import Instructed, proxy_list
from steward.privacy.egress.registry.document import Registry, canonical, parse_registry
from steward.privacy.egress.registry.standing import Version
from steward.privacy.egress.registry.versions import published
from steward.privacy.subprocessors.actions import (
    DraftChanged,
    NeedsSecondPerson,
    NotEmpty,
    NotPublishable,
    NotThePast,
    PaperMissing,
    Unreadable,
    approve_draft,
    change_draft,
    describe_draft,
    discard_draft,
    import_versions,
    open_draft,
    publish_draft,
)
from steward.privacy.subprocessors.example import example_versions
from steward.privacy.subprocessors.models import RegistryDraft
from steward.project.commands.parsing import parser_for
from steward.project.commands.registry_files import missing_words, take_files, write_files
from steward.project.commands.session import run_chosen
from steward.project.failure import Failure

_FILES_HELP = "where the files lie that it names and that are not kept here yet"


def main(arguments: Sequence[str]) -> int:
    return run_chosen(_parser(), arguments)


def _parser() -> argparse.ArgumentParser:
    parser = parser_for("registry", "Keep the subprocessor registry: who processes data for this installation.")
    commands = parser.add_subparsers(required=True, metavar="list|export|acl|draft|publish|discard|import|load-example")
    listing = commands.add_parser("list", help="show the published versions")
    listing.add_argument("--json", action="store_true", help="one JSON object per line")
    listing.set_defaults(run=_list)
    export = commands.add_parser("export", help="write the document of one version, or of the draft")
    export.add_argument("--version", type=int, help="its number; the newest without")
    export.add_argument("--draft", action="store_true", help="the draft that is open")
    export.add_argument("--files", metavar="FOLDER", help="write the files it names there, too, not encrypted")
    export.set_defaults(run=_export)
    acl = commands.add_parser("acl", help="write the hosts of one version as the list of a Smokescreen proxy")
    acl.add_argument("--version", type=int, help="its number; the newest without")
    acl.add_argument(
        "--instructed",
        choices=("enforce", "report"),
        help="a second role, with the servers of accounts and your relay, for what goes through STEWARD_EGRESS_PROXY: "
        "whether the proxy refuses others, or lets them through and writes that down",
    )
    acl.set_defaults(run=_acl)
    draft = commands.add_parser("draft", help="make a document the draft of the next version")
    draft.add_argument("file", help="a JSON file as `export` writes it; - for standard input")
    draft.add_argument("--files", metavar="FOLDER", help=_FILES_HELP)
    draft.add_argument("--summary", default="", help="what changes and why, in English")
    draft.set_defaults(run=_draft)
    publish = commands.add_parser("publish", help="publish the draft")
    publish.add_argument("--alone-because", default="", metavar="REASON", help="why nobody second approves")
    publish.set_defaults(run=_publish)
    discard = commands.add_parser("discard", help="throw the draft away")
    discard.set_defaults(run=_discard)
    past = commands.add_parser("import", help="fill an empty registry with lists of the past, oldest first")
    past.add_argument("file", nargs="+", help="a JSON file that says of which day it is (`stated_on`)")
    past.add_argument("--files", metavar="FOLDER", help=_FILES_HELP)
    past.set_defaults(run=_import)
    example = commands.add_parser("load-example", help="fill an empty registry with two real lists of the past")
    example.set_defaults(run=_load_example)
    return parser


def _list(options: argparse.Namespace) -> None:
    for version in published().versions:
        told = {
            "version": version.number,
            "published_at": version.published_at.isoformat(),
            "effective_at": version.effective_at.isoformat(),
            "subprocessors": len(version.registry.subprocessors),
            "sha256": version.sha256,
        }
        print(json.dumps(told) if options.json else "  ".join(map(str, told.values())))


def _export(options: argparse.Namespace) -> None:
    registry = parse_registry(_draft_there().document) if options.draft else _version(options.version).registry
    print(canonical(registry))
    write_files(registry, options.files)


def _acl(options: argparse.Namespace) -> None:
    if not options.instructed:
        print(proxy_list(_version(options.version)), end="")
        return
    # Who runs it for themselves has a relay and no list.
    version = _version(options.version) if options.version is not None or published().versions else None
    print(proxy_list(version, Instructed(instructed_hosts(), options.instructed == "report")), end="")


def _version(asked: int | None) -> Version:
    versions = published().versions
    number = len(versions) if asked is None else asked
    if not 1 <= number <= len(versions):
        raise Failure(f"There is no version {number}." if versions else "The registry has no version yet.")
    return versions[number - 1]


def _draft(options: argparse.Namespace) -> None:
    registry = _read(options.file)
    take_files(registry, options.files)
    try:
        draft = change_draft(open_draft(operator_id=None), registry, operator_id=None)
    except Unreadable as fault:
        raise Failure(f"{options.file} cannot be a draft: {fault}") from fault
    except PaperMissing as missing:
        raise Failure(missing_words(missing)) from missing
    if options.summary:
        draft = describe_draft(draft, summary={"en": options.summary}, effective_at=None, operator_id=None)
    print(f"The draft of version {draft.based_on + 1} says so now.")


def _publish(options: argparse.Namespace) -> None:
    draft = _draft_there()
    if is_hosting() and not draft.is_approved and not options.alone_because:
        raise Failure("Nobody has approved the draft. Who is alone says why with --alone-because REASON.")
    try:
        if not draft.is_approved:
            draft = approve_draft(draft, operator_id=None, alone_because=options.alone_because)
        version = publish_draft(draft, operator_id=None)
    except NeedsSecondPerson:
        raise Failure("One of the operators has to approve the draft in the back office.") from None
    except DraftChanged:
        raise Failure("The draft was changed just now, or changes a version that is not the newest.") from None
    except NotPublishable as refusal:
        raise Failure(f"The draft cannot be published:\n{_faults(refusal)}") from refusal
    print(
        f"Version {version.number} is published; what it widens stands from {version.effective_at:%Y-%m-%d %H:%M} UTC."
    )


def _discard(_options: argparse.Namespace) -> None:
    draft = _draft_there()
    discard_draft(draft, operator_id=None)
    print(f"The draft of version {draft.based_on + 1} is gone.")


def _import(options: argparse.Namespace) -> None:
    registries = tuple(map(_read, options.file))
    if undated := [file for file, one in zip(options.file, registries, strict=True) if one.stated_on is None]:
        raise Failure(f"A list of the past says of which day it is (`stated_on`): {', '.join(undated)}")
    for registry in registries:
        take_files(registry, options.files)
    _imported(registries)


def _load_example(_options: argparse.Namespace) -> None:
    _imported(example_versions())


def _imported(registries: tuple[Registry, ...]) -> None:
    try:
        made = import_versions(registries)
    except NotEmpty:
        raise Failure("The registry has versions already; lists of the past are for an empty one.") from None
    except NotThePast:
        raise Failure("Lists of the past come oldest first, each of a day of its own, none of a day to come.") from None
    except Unreadable as fault:
        raise Failure(f"A list cannot be imported: {fault}") from fault
    except PaperMissing as missing:
        raise Failure(missing_words(missing)) from missing
    except NotPublishable as refusal:
        raise Failure(f"A list cannot be imported:\n{_faults(refusal)}") from refusal
    print("\n".join(f"Version {version.number}, the list of {version.published_at:%-d %B %Y}." for version in made))


def _read(file: str) -> Registry:
    try:
        return parse_registry(sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes())
    except OSError as error:
        raise Failure(f"{file} cannot be read: {error.strerror}.") from error
    except msgspec.DecodeError as error:
        raise Failure(f"{file} is no registry: {error}") from error


def _draft_there() -> RegistryDraft:
    draft = RegistryDraft.objects.first()
    if draft is None:
        raise Failure("There is no draft. `steward registry draft FILE` begins one.")
    return draft


def _faults(refusal: NotPublishable) -> str:
    return "\n".join(f"  {one.where}: {one.fault.value} {one.what}".rstrip() for one in refusal.found)
