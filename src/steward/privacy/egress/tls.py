"""TLS towards others: verified, TLS 1.2 at least."""

import ssl
from functools import lru_cache

from steward.privacy.egress import configuration


def context() -> ssl.SSLContext:
    """The client context: the system's authorities, and that of `STEWARD_CA_FILE`."""
    return _context(configuration.ca_file())


def web_context() -> ssl.SSLContext:
    """The same for HTTP, whose library announces its protocol (ALPN) in the context: mail servers may refuse that."""
    return _context(configuration.ca_file(), "http/1.1")


@lru_cache(maxsize=4)
def _context(ca_file: str, protocol: str = "") -> ssl.SSLContext:
    made = ssl.create_default_context()
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca_file:
        made.load_verify_locations(ca_file)
    if protocol:
        made.set_alpn_protocols([protocol])
    return made


@lru_cache(maxsize=1)
def unverified() -> ssl.SSLContext:
    """For a server that may be spoken to in clear as well: nobody who only listens learns anything.

    Never where a password or a public address is concerned: whoever stands between may be the other end.
    """
    made = ssl.create_default_context()
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.check_hostname = False
    made.verify_mode = ssl.CERT_NONE
    return made
