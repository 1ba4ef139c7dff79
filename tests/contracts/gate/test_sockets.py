"""Every socket is covered: only the gate imports what talks to others, and opens it behind a decision."""

import ast
from collections.abc import Iterator
from pathlib import Path

SOURCE = Path(__file__).parents[3] / "src" / "steward"


OPENERS = {
    "allow": {"privacy/egress/gate.py", "privacy/egress/dns.py"},
    "allow_names": {"privacy/egress/resolving.py", "privacy/egress/database.py"},
}
FAR_TALKERS = {
    "smtplib", "imaplib", "poplib", "ftplib", "telnetlib", "nntplib", "imapclient", "requests", "httpx", "httpcore",
    "urllib3", "aiohttp", "websockets", "boto3", "botocore", "google", "grpc", "openai", "anthropic", "twilio",
    "paramiko", "dns", "http.client", "urllib.request", "xmlrpc.client", "aiosmtplib", "sentry_sdk",
}  # fmt: skip


def trees() -> Iterator[tuple[str, ast.AST]]:
    for path in sorted(SOURCE.rglob("*.py")):
        yield path.relative_to(SOURCE).as_posix(), ast.parse(path.read_text())


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_only_the_gate_imports_what_talks_to_others() -> None:
    found = {
        (path, name)
        for path, tree in trees()
        for name in imported(tree)
        if not path.startswith("privacy/egress/")
        and FAR_TALKERS & {".".join(name.split(".")[:length]) for length in (1, 2)}
    }
    assert not found


def test_the_wall_is_opened_behind_a_decision_only() -> None:
    """With that, and as no test may end with a refusal unseen (`conftest`), every socket of a run stands in a ledger:
    `gate` connects for a passage, which is written down before; `dns` counts its look-ups."""
    found: dict[str, set[str]] = {name: set() for name in OPENERS}
    for path, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                owner = getattr(getattr(node.func, "value", None), "id", "wall")
                if name in found and owner == "wall":
                    found[name].add(path)
    assert found == OPENERS
