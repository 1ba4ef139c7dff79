"""What a domain asks others to make of mail that names it in From (RFC 7489), and whether names are aligned with it."""

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from authheaders.dmarc_lookup import PublicSuffixList

from steward.privacy.egress.dns import texts

_RECORD = re.compile(r"v\s*=\s*DMARC1\s*(?:;|\Z)")  # the version comes first, spelt like this (section 6.3)
_NAME = re.compile(r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*")
_POLICIES = {"none", "quarantine", "reject"}
_LONGEST_NAME = 253


@dataclass(frozen=True, slots=True)
class Policy:
    """The record that holds for one domain in From."""

    domain: str  # the one in From
    wanted: str  # "none", "quarantine" or "reject"
    has_strict_dkim: bool = False
    has_strict_spf: bool = False

    def is_signed_by(self, domain: str) -> bool:
        """Whether a signature of that domain (`d=`) speaks for the one in From (section 3.1.1)."""
        return _is_aligned(domain, self.domain, is_strict=self.has_strict_dkim)

    def is_sent_by(self, domain: str) -> bool:
        """Whether an envelope sender in that domain speaks for the one in From (section 3.1.2)."""
        return _is_aligned(domain, self.domain, is_strict=self.has_strict_spf)


def find_policy(domain: str, *, seconds: float) -> Policy | None:
    """The policy for a domain: its own, else that of its organisation (section 6.6.3). Raises `LookupFailed`.

    `domain` is in the form `as_domain` gives. Several records at one name count as none.
    """
    records = _records(domain, seconds)
    organisation = organisation_of(domain)
    is_inherited = not records and organisation != domain
    if is_inherited:
        records = _records(organisation, seconds)
    return _read(domain, records[0], is_inherited=is_inherited) if len(records) == 1 else None


def organisation_of(domain: str) -> str:
    """The domain somebody registered below a public suffix; a suffix itself stays what it is (section 3.2)."""
    found: str = _suffixes().get_public_suffix(domain) or domain
    # Below a top level the list does not know, the rule is `*`.
    return found if "." in found else ".".join(domain.split(".")[-2:])


def as_domain(text: str) -> str:
    """The name as it stands in the DNS: lower case, IDNA, without the last dot; empty for what is no host's name."""
    try:
        name = text.strip().rstrip(".").encode("idna").decode().lower()
    except UnicodeError:
        return ""
    return name if len(name) <= _LONGEST_NAME and _NAME.fullmatch(name) else ""


def _records(domain: str, seconds: float) -> list[str]:
    found = (text.decode("utf-8", "replace") for text in texts(f"_dmarc.{domain}", seconds=seconds))
    return [text for text in found if _RECORD.match(text)]


def _read(domain: str, record: str, *, is_inherited: bool) -> Policy | None:
    pairs = (tag.partition("=") for tag in record.split(";") if "=" in tag)
    tags = {name.strip().lower(): value.strip().lower() for name, _, value in pairs}
    policy = tags.get("p", "")
    wanted = tags.get("sp", policy) if is_inherited else policy
    if policy not in _POLICIES or wanted not in _POLICIES:
        # Somebody who asks for reports means something by the record, though not what to do with mail.
        if not tags.get("rua", "").startswith("mailto:"):
            return None
        wanted = "none"
    return Policy(domain, wanted, tags.get("adkim") == "s", tags.get("aspf") == "s")


def _is_aligned(domain: str, author: str, *, is_strict: bool) -> bool:
    name = as_domain(domain)
    if not name or is_strict:
        return name == author
    return organisation_of(name) == organisation_of(author)


@lru_cache(maxsize=1)
def _suffixes() -> Any:
    with files("authheaders").joinpath("public_suffix_list.txt").open(encoding="utf-8") as lines:
        return PublicSuffixList(lines)
