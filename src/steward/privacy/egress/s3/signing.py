"""Signatures of requests to S3: AWS Signature Version 4, in the header, over the whole body.

https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html; its examples are tests of this.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import quote

ALGORITHM = "AWS4-HMAC-SHA256"
_SERVICE = "s3"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsigned:
    """A request before it is signed. `path` is encoded as it is sent; `query` is not encoded."""

    method: str
    host: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    sha256: str  # of the body, in hex


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs, and for which region."""

    key_id: str
    secret: str = field(repr=False)
    region: str

    def headers(self, request: Unsigned, at: datetime) -> dict[str, str]:
        """The headers to send: those of the request, and what makes up the signature."""
        moment = f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
        added = {"x-amz-content-sha256": request.sha256, "x-amz-date": moment}
        headers = {name.lower(): " ".join(value.split()) for name, value in request.headers.items()} | added
        signed = sorted(headers.items() | {("host", request.host)})
        names = ";".join(name for name, _ in signed)
        lines = [request.method, request.path, canonical_query(request.query)]
        lines += [*(f"{name}:{value}" for name, value in signed), "", names, request.sha256]
        scope = f"{moment[:8]}/{self.region}/{_SERVICE}/aws4_request"
        told = "\n".join([ALGORITHM, moment, scope, hashlib.sha256("\n".join(lines).encode()).hexdigest()])
        signature = hmac.new(self._key(moment[:8]), told.encode(), hashlib.sha256).hexdigest()
        proof = f"{ALGORITHM} Credential={self.key_id}/{scope},SignedHeaders={names},Signature={signature}"
        return headers | {"authorization": proof}

    def _key(self, day: str) -> bytes:
        key = f"AWS4{self.secret}".encode()
        for part in (day, self.region, _SERVICE, "aws4_request"):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        return key


def canonical_query(query: Mapping[str, str]) -> str:
    """The query as it is signed, which is also how it is sent."""
    return "&".join(f"{name}={value}" for name, value in sorted((_quoted(n), _quoted(v)) for n, v in query.items()))


def canonical_path(path: str) -> str:
    """The path as it is signed and sent: S3 encodes once, and keeps slashes."""
    return quote(path, safe="/-_.~")


def _quoted(text: str) -> str:
    return quote(text, safe="-_.~")
