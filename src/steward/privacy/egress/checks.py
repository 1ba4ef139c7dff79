"""What can be wrong with the settings of this package, said at start and not at the first mail."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core import checks

from steward.privacy.egress import configuration
from steward.privacy.egress.addresses import BadDestination
from steward.privacy.egress.s3.buckets import Bucket

_SETTINGS: dict[str, Callable[[], object]] = {
    "STEWARD_EGRESS_ALLOW": configuration.allowed_private,
    "STEWARD_EGRESS_PROXY": configuration.proxy,
    "STEWARD_RESOLVER": configuration.resolver,
    "STEWARD_SMTP_RELAY": configuration.relay,
    "STEWARD_OBJECT_STORE": lambda: _reachable(configuration.object_store()),
    "STEWARD_BACKUPS": lambda: _reachable(configuration.backups()),
}


def check_settings(**_options: Any) -> list[checks.CheckMessage]:
    """Each setting can be read; the passwords in them are not repeated."""
    found: list[checks.CheckMessage] = [
        checks.Error(f"{name} cannot be used: {reason}", id="steward.E010")
        for name, read in _SETTINGS.items()
        if (reason := _fault(read))
    ]
    ca_file = configuration.ca_file()
    if ca_file and not Path(ca_file).is_file():
        found.append(checks.Error("STEWARD_CA_FILE names no file", id="steward.E011"))
    return found


def _reachable(bucket: Bucket | None) -> None:
    """Raises `BadDestination` for one without TLS that the operator did not name."""
    if bucket is not None and not bucket.is_tls and bucket.destination not in configuration.allowed_private():
        raise BadDestination("without TLS (s3) only a store that STEWARD_EGRESS_ALLOW names is used; with it, s3s")


def _fault(read: Callable[[], object]) -> str:
    try:
        read()
    except BadDestination as error:
        return str(error)
    return ""
