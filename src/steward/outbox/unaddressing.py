"""Taking people off the head of a mail that has not left yet. Pure."""

import re
from collections.abc import Collection
from email import policy
from email.headerregistry import Address
from typing import Any

_END_OF_HEADER = re.compile(rb"\r?\n\r?\n")
# RFC 5322 section 3.6.3, with the lines it goes on in (section 2.2.3). A mail that is sent has no Bcc.
_FIELD = re.compile(rb"^(To|Cc):((?:.*\r?\n)(?:[ \t].*\r?\n)*)", re.MULTILINE | re.IGNORECASE)


def without_addressees(content: bytes, addresses: Collection[str]) -> bytes:
    """The mail without the people with these folded addresses among its addressees. All else stays, to the byte."""
    end = _END_OF_HEADER.search(content)
    cut = end.end() if end else len(content)
    return _FIELD.sub(lambda field: _field(field, addresses), content[:cut]) + content[cut:]


def _field(field: "re.Match[bytes]", addresses: Collection[str]) -> bytes:
    name, value = field[1].decode("ascii"), " ".join(field[2].decode("ascii", "replace").split())
    read: Any = policy.SMTP.header_factory(name, value)
    people: tuple[Address, ...] = read.addresses
    staying = [person for person in people if person.addr_spec.lower() not in addresses]
    if len(staying) == len(people):
        return field[0]
    if not staying:
        return b""
    return policy.SMTP.fold_binary(name, policy.SMTP.header_factory(name, ", ".join(map(str, staying))))
