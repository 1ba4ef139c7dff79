"""`steward mail explain`: what messages would become, storing and sending nothing."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

from steward.channels.email.parsing.mail import Address, ParsedAttachment, ParsedMail
from steward.channels.email.parsing.parse import parse_mail
from steward.channels.email.parsing.sandbox import ParserPool, Spawn, spawn_child

# What the desk shows in place of a body that has nothing in it.
EMPTY = "no visible content"
CHILDREN = 2
BATCH = 16

Parse = Callable[[bytes], ParsedMail]


def explain(path_or_name: str | Path, raw: bytes, *, parse: Parse = parse_mail) -> dict[str, Any]:
    """One message as the JSON-ready value that the command prints; every key is always present.

    `parse` is `parse_mail` in this process or `Parser.parse` under limits in a child.
    """
    mail = parse(raw)
    return {
        "file": str(path_or_name),
        "subject": mail.subject,
        "from": _address(mail.from_ or Address("", "")),
        "to": [_address(each) for each in mail.to],
        "cc": [_address(each) for each in mail.cc],
        "reply_to": [_address(each) for each in mail.reply_to],
        "body": _body(mail),
        "attachments": [_attachment(each) for each in mail.attachments],
        "automatic": {"is": mail.automatic.is_automatic, "reason": mail.automatic.reason},
        "threading": {"candidate_ids": list(mail.candidate_ids)},
        "problems": [{"code": each.code, "detail": each.detail} for each in mail.problems],
    }


def _address(address: Address) -> dict[str, str]:
    return {"name": address.name, "email": address.email}


def _body(mail: ParsedMail) -> dict[str, str]:
    body = mail.body
    shown = body.text if body.text.strip() or "<img" in body.html else EMPTY
    return {"type": body.type, "html": body.html, "text": shown, "visible": body.visible}


def _attachment(attachment: ParsedAttachment) -> dict[str, Any]:
    """Size and digest are those with LF where line breaks are of transport: a file saved with CRLF gives the same."""
    if attachment.has_lines:
        attachment = replace(attachment, content=attachment.content.replace(b"\r\n", b"\n"))
    return {
        "filename": attachment.filename,
        "size": attachment.size,
        "sha256": attachment.sha256,
        "content_type": attachment.content_type,
        "content_id": attachment.content_id,
        "inline": attachment.inline,
    }


def as_text(explained: dict[str, Any]) -> str:
    """One message for people: headers, attachments and problems, then the words that are not folded."""
    automatic = explained["automatic"]
    files = [f"{each['filename']} ({each['content_type']}, {each['size']} bytes)" for each in explained["attachments"]]
    lines = [
        ("file", explained["file"]),
        ("subject", explained["subject"]),
        ("from", _joined([explained["from"]])),
        *((name, _joined(explained[name])) for name in ("to", "cc", "reply_to") if explained[name]),
        *(("attachment", file) for file in files),
        *([("automatic", automatic["reason"])] if automatic["is"] else []),
        *(("problem", f"{each['code']} {each['detail']}".strip()) for each in explained["problems"]),
    ]
    visible = explained["body"]["visible"].strip() or explained["body"]["text"]
    return "\n".join(f"{name + ':':12}{value}" for name, value in lines) + f"\n\n{visible}\n"


def _joined(addresses: list[dict[str, str]]) -> str:
    return ", ".join(f"{each['name']} <{each['email']}>" if each["name"] else each["email"] for each in addresses)


def explain_all(names: Sequence[str], pool: ParserPool) -> Iterator[dict[str, Any]]:
    """Explain files in their order, `-` being standard input; a batch at a time is in memory."""
    remaining = iter(names)
    with ThreadPoolExecutor(CHILDREN) as threads:
        while batch := list(islice(remaining, BATCH)):
            yield from threads.map(lambda name: explain(name, _read(name), parse=pool.parse), batch)


def _read(name: str) -> bytes:
    return sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()


def main(argv: Sequence[str] | None = None, *, out: TextIO | None = None, spawn: Spawn = spawn_child) -> int:
    """`steward mail explain [--json] FILE...`. Exit code 2 if a file cannot be read.

    `spawn` starts the parsers; the caller that watches child processes gives one that is allowed to.
    """
    parser = argparse.ArgumentParser(prog="steward mail explain", description="Show what messages would become.")
    parser.add_argument("--json", action="store_true", help="one JSON object per line")
    parser.add_argument("files", nargs="*", default=["-"], metavar="FILE", help="messages; without any, standard input")
    options = parser.parse_args(argv)
    out = out or sys.stdout
    with ParserPool(CHILDREN, spawn=spawn) as pool:
        try:
            for explained in explain_all(options.files, pool):
                shown = json.dumps(explained, ensure_ascii=False) if options.json else as_text(explained)
                out.write(shown + "\n")
        except OSError as error:
            print(f"steward mail explain: {error}", file=sys.stderr)
            return 2
    return 0
