"""A bucket as one address in the settings."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from steward.privacy.egress.addresses import BadDestination, Destination

FORM = (
    "s3s://KEY:SECRET@host[:port]/bucket[/prefix][?region=NAME], letters such as / : @ + in the secret as %2F %3A %40 "
    "%2B; or s3s://host/bucket?credentials=FILE with KEY:SECRET in a file of its own"
)
USUAL_REGION = "us-east-1"  # what servers that know no regions expect in a signature
_PORTS = {"s3s": 443, "s3": 80}
_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]")
_SEGMENT = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")
_REGION = re.compile(r"[A-Za-z0-9-]+")


@dataclass(frozen=True, slots=True)
class Bucket:
    """Where things are kept, and the key that opens it. Never shows the secret."""

    destination: Destination
    is_tls: bool
    name: str
    prefix: str = ""  # empty, or ends with a slash
    region: str = USUAL_REGION
    key_id: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)

    @property
    def host(self) -> str:
        """As the `Host` header has it: without the port that is usual."""
        text = str(self.destination)
        return text.removesuffix(f":{_PORTS[self._scheme]}") if text.endswith(f":{_PORTS[self._scheme]}") else text

    @property
    def origin(self) -> str:
        """What the addresses of requests begin with."""
        return f"{'https' if self.is_tls else 'http'}://{self.host}"

    @property
    def _scheme(self) -> str:
        return "s3s" if self.is_tls else "s3"

    def __str__(self) -> str:
        return f"{self._scheme}://{self.host}/{self.name}/{self.prefix}".rstrip("/")


def is_bucket(text: str) -> bool:
    """Whether an address means a bucket, and not a folder."""
    return text.startswith(("s3://", "s3s://"))


def parse_bucket(text: str) -> Bucket:
    """Read the address; raises `BadDestination`, which repeats nothing of it."""
    try:
        parts = urlsplit(text)
        port = parts.port
        asked = dict(parse_qsl(parts.query, strict_parsing=True)) if parts.query else {}
    except ValueError as error:
        raise BadDestination(f"it is {FORM}") from error
    name, *rest = parts.path.strip("/").split("/")
    key_id, secret = _credentials(asked.pop("credentials", ""), parts.username, parts.password)
    region = asked.pop("region", USUAL_REGION)
    is_well = parts.scheme in _PORTS and parts.hostname and _BUCKET.fullmatch(name) and _REGION.fullmatch(region)
    if not is_well or parts.fragment or asked or not all(map(_SEGMENT.fullmatch, rest)) or not (key_id and secret):
        raise BadDestination(f"it is {FORM}")
    return Bucket(
        destination=Destination.of(parts.hostname or "", port or _PORTS[parts.scheme]),
        is_tls=parts.scheme == "s3s",
        name=name,
        prefix="".join(f"{one}/" for one in rest),
        region=region,
        key_id=key_id,
        secret=secret,
    )


def _credentials(file: str, key_id: str | None, secret: str | None) -> tuple[str, str]:
    if not file:
        return unquote(key_id or ""), unquote(secret or "")
    try:
        said = Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeError) as error:
        raise BadDestination("the file it names for its credentials cannot be read") from error
    first, _, second = said.partition(":")
    return first.strip(), second.strip()
