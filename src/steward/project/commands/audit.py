"""`steward audit`: whether what happened can still be believed, account by account."""

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC

from steward.events.chain import Fault, Why
from steward.events.models import Event
from steward.lib.clock import now
from steward.privacy.audit.anchors import Anchor, folder
from steward.privacy.audit.carrying import NotReached, carried_anchors, carried_last, carry_anchors
from steward.privacy.audit.upkeep import anchor_everywhere
from steward.privacy.audit.verifying import Outcome, verify, void_anchors
from steward.project.commands.parsing import parser_for
from steward.project.commands.session import account_named, database
from steward.project.failure import Failure
from steward.tenancy.models import Account
from steward.tenancy.scope import upkeep_scope

WORDS = {
    Why.CHANGED: "it was changed, or it does not follow from the one before it",
    Why.CONTENT: "what it says was changed: it does not fit its digest",
    Why.MISSING: "it is gone: entries were taken out, or moved, here",
    Why.CUT: "it is gone, and all that came after it: the end was cut off",
    Why.ADDED: "it stands behind the end of the chain",
    Why.UNNUMBERED: "there are entries outside the chain",
    Why.REWRITTEN: "the chain was written anew: it had another value here when it was noted",
}


def main(arguments: Sequence[str]) -> int:
    """0 when all that was looked at holds, 1 when an entry does not."""
    options = _parser().parse_args(arguments)
    with database():
        return int(options.run(options))


def _parser() -> argparse.ArgumentParser:
    parser = parser_for("audit", "Check that the record of what happened is whole, and note where it ends.")
    commands = parser.add_subparsers(required=True, metavar="verify|anchor|restored")
    verifying = commands.add_parser(
        "verify", help="read each chain from its beginning, and name the first entry that does not hold"
    )
    verifying.add_argument("--account", default="", metavar="SLUG", help="only this one")
    verifying.add_argument("--new", action="store_true", help="only what came since the last check that found nothing")
    verifying.set_defaults(run=_verify)
    anchoring = commands.add_parser("anchor", help="check what is new, and write down where the chains end")
    anchoring.set_defaults(run=_anchor)
    restored = commands.add_parser(
        "restored", help="say that a backup was restored: what was anchored after it was made is void"
    )
    restored.add_argument("--account", default="", metavar="SLUG", help="only this one")
    restored.add_argument("--yes", action="store_true", help="do it; without this it is only said what would be done")
    restored.set_defaults(run=_restored)
    return parser


def _verify(options: argparse.Namespace) -> int:
    carried, code = _carried(), 0
    for account in _accounts(options.account):
        outcome = verify(account.id, is_whole=not options.new, carried=carried.get(str(account.id), ()))
        print(f"{account.slug}\t{_words(account, outcome)}")
        if outcome.lost_anchor:
            print(
                f"{account.slug}: entry {outcome.lost_anchor} was anchored, and {folder()} does not say so any more: "
                "is the second place mounted, and whole?",
                file=sys.stderr,
            )
        if outcome.first or outcome.lost_anchor:
            code = 1
    return code


def _anchor(_options: argparse.Namespace) -> int:
    try:
        number = anchor_everywhere()
    except OSError as problem:
        raise Failure(f"Nothing could be written to {folder()}: {problem.strerror}.") from problem
    print(f"{number} anchored in {folder()}")
    last = carried_last()
    if last and last.fault:
        print(f"They were not carried to the bucket: {last.fault}.", file=sys.stderr)
    return int(bool(last and last.fault))


def _restored(options: argparse.Namespace) -> int:
    at, carried = now(), _carried()
    for account in _accounts(options.account):
        mark = void_anchors(account.id, at, is_meant=options.yes, carried=carried.get(str(account.id), ()))
        words = f"what was anchored up to entry {mark.position:,} holds" if mark.position else "no anchor fits it"
        print(f"{account.slug}\t{words}; what was anchored after that {'is' if options.yes else 'would be'} void")
    if options.yes:
        carry_anchors()
    else:
        print("Nothing was written. With --yes it is.", file=sys.stderr)
    return 0


def _carried() -> Mapping[str, Sequence[Anchor]]:
    try:
        return carried_anchors()
    except NotReached as problem:
        print(f"Anchors in the bucket were not compared. {problem}.", file=sys.stderr)
        return {}


def _accounts(slug: str) -> Iterator[Account]:
    if slug:
        yield account_named(slug)
        return
    yield from Account.objects.filter(departing_since=None).order_by("slug").iterator()


def _words(account: Account, outcome: Outcome) -> str:
    if outcome.fault:
        return f"broken\t{_of_fault(account, outcome.fault)}"
    if outcome.reads:
        return f"broken\tof who read what, entry {outcome.reads.position:,}: {WORDS[outcome.reads.why]}"
    read = f"{outcome.head.position - outcome.after:,} entries hold"
    if outcome.gone and outcome.gone == outcome.after:
        read += f", from entry {outcome.gone + 1:,} on: older ones went"
    if outcome.anchor is None:
        return f"whole\t{read}; none is anchored yet"
    return f"whole\t{read}; anchored up to entry {outcome.anchor.position:,} at {outcome.anchor.at[:19]}Z"


def _of_fault(account: Account, fault: Fault) -> str:
    words = WORDS[fault.why]
    if not fault.position:
        return words
    with upkeep_scope(account.id):
        entry = Event.objects.filter(pk=fault.entry).first() if fault.entry else None
    said = f" ({entry.kind}, {entry.at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC)" if entry else ""
    return f"entry {fault.position:,}{said}: {words}"
