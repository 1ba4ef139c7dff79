"""Headers that every answer carries, whoever made it: Django, the static files, a stream, or the server itself."""

from collections.abc import Iterable

from steward.project.middleware import POLICY

Headers = list[tuple[bytes, bytes]]

_ALWAYS = {
    b"content-security-policy": POLICY.encode(),
    b"x-content-type-options": b"nosniff",
}
# A year, for every host below too: accounts are such hosts (RFC 6797).
_TLS_ONLY = {b"strict-transport-security": b"max-age=31536000; includeSubDomains"}


def completed(headers: Iterable[tuple[bytes, bytes]], *, is_https: bool) -> Headers:
    """The headers of an answer, names in lower case, and those it lacks. `is_https`: people reach us over TLS only."""
    said = list(headers)
    names = {name for name, _value in said}
    wanted = _ALWAYS | _TLS_ONLY if is_https else _ALWAYS
    return said + [(name, value) for name, value in wanted.items() if name not in names]
