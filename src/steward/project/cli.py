"""The command `steward`: finds the sub-command and hands it the rest of the line.

Only the module of the chosen command is imported, and Django only for those that need it, so that `steward --help` and
`steward mail explain` start at once. Exit codes: 0 done, 1 failed (one sentence on standard error), 2 wrongly called.
"""

import importlib
import importlib.metadata
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from steward.privacy.egress import wall
from steward.project.failure import Failure

DISTRIBUTION = "steward-desk"
PACKAGE = "steward.project.commands"


@dataclass(frozen=True)
class Command:
    """A sub-command: the module whose `main(arguments)` runs it, and what it is for."""

    module: str
    summary: str
    uses_models: bool = True


COMMANDS: Mapping[str, Command] = MappingProxyType(
    {
        "demo": Command("demo", "run everything with sample data; no mail leaves the machine", uses_models=False),
        "up": Command("up", "run everything: database, web, worker and mail", uses_models=False),
        "migrate": Command("migrate", "set up the database or bring it up to date", uses_models=False),
        "web": Command("web", "run only the web server: pages and streams"),
        "live": Command("live", "run only the streams, beside web processes behind a proxy"),
        "worker": Command("worker", "run only the worker: jobs, and mail that becomes tickets"),
        "mail": Command(
            "mail",
            "run only the mail server and mailboxes; `mail explain` shows what mails would become",
            uses_models=False,
        ),
        "account": Command("account", "make, list, suspend and open accounts, and say what comes next for one"),
        "plan": Command("plan", "say how long each part of an account's life lasts"),
        "invoice": Command("invoice", "note what accounts are asked to pay, and that they did"),
        "agent": Command("agent", "add people to an account"),
        "person": Command("person", "find, export or erase what is held about a person"),
        "backup": Command("backup", "make, list, check, try and expire backups of the database and the files"),
        "restore": Command("restore", "bring a backup back, without anybody who was erased since"),
        "keys": Command("keys", "copy the keys, apart from backups, and put them back"),
        "check": Command("check", "say what of this installation has to be put right: places, backups, keys, ledger"),
        "bin": Command("bin", "show and purge tickets that were deleted or are spam"),
        "redact": Command("redact", "make words of a ticket unreadable for good"),
        "retention": Command("retention", "say how long an account keeps things, and see what would go"),
        "consent": Command("consent", "list, note and withdraw consents of an account's customers"),
        "marketing": Command("marketing", "list who of the customers may be written to, and take somebody off"),
        "hold": Command("hold", "keep something from being erased"),
        "registry": Command("registry", "keep the list of subprocessors and what they are used for"),
        "egress": Command("egress", "list what left an account, and what was refused"),
        "incident": Command("incident", "note breaches of personal data, and tell the accounts they concern"),
        "audit": Command("audit", "check that the record of what happened is whole, and note where it ends"),
        "region": Command("region", "say which regions there are: data stay inside them"),
        "data-centre": Command("data_centre", "say where data lie, and check that they lie there"),
        "operator": Command("operator", "say who opens the back office of this installation"),
        "grant": Command("grant", "ask an account for access to what it holds, and end it"),
        "password-list": Command("password_list", "make a list of passwords that nobody may choose", uses_models=False),
        "mail-account": Command("mail_account", "add an address that receives and answers mail"),
        "service": Command("service", "say which services of its own an account has data sent to"),
        "mail-in": Command("mail_in", "take one mail from standard input"),
        "jobs": Command("jobs", "list the jobs that failed, and run one again"),
        "bench": Command("bench", "measure mail, lists, ticket page and search on this machine", uses_models=False),
        "django": Command("django", "run a management command of Django", uses_models=False),
    }
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    name, *arguments = [*(sys.argv[1:] if argv is None else argv)] or [""]
    if name in {"-h", "--help", "help"}:
        print(overview())
        return 0
    if name == "--version":
        print(f"steward {importlib.metadata.version(DISTRIBUTION)}")
        return 0
    if name not in COMMANDS:
        return _unknown(name)
    wall.install()
    # Ends like Ctrl-C does: whoever started the database also stops it. Servers have handlers of their own.
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "steward.project.settings")
    return _run(name, arguments)


def overview() -> str:
    """What there is, one line for each command."""
    width = max(map(len, COMMANDS))
    lines = [f"  {name:<{width}}  {command.summary}" for name, command in COMMANDS.items()]
    return "\n".join(["usage: steward COMMAND ...", "", *lines, "", "`steward COMMAND --help` tells more."])


def _unknown(name: str) -> int:
    problem = f"There is no command `{name}`." if name else "Which command?"
    print(f"{problem}\n\n{overview()}", file=sys.stderr)
    return 2


def _run(name: str, arguments: list[str]) -> int:
    command = COMMANDS[name]
    try:
        if command.uses_models:
            importlib.import_module("steward.project.starting").start_django()
        code = importlib.import_module(f"{PACKAGE}.{command.module}").main(arguments)
        sys.stdout.flush()
        return int(code)
    except Failure as failure:
        print(f"steward {name}: {failure}", file=sys.stderr)
        return failure.code
    except Exception as problem:
        if type(problem).__name__ != "ImproperlyConfigured":  # a setting that cannot be; by name, as Django may be none
            raise
        print(f"steward {name}: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever read our output has gone (`steward account list | head`); nothing is left to be said to them.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


if __name__ == "__main__":
    sys.exit(main())
