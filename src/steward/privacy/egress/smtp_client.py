"""smtplib over the socket of a passage."""

import base64
import smtplib
import socket
from typing import Any

from steward.privacy.egress import configuration
from steward.privacy.egress.deadline import BoundedReader
from steward.privacy.egress.gate import Passage

COMMAND_SECONDS = 60.0  # for each answer
_LONGEST_CONVERSATION = 1 << 20  # bytes of answers: an honest server needs a few thousand


class Client(smtplib.SMTP):
    """Connects through the gate and nowhere else; counts what it sends; bears only so many words."""

    _reader: BoundedReader | None = None

    def __init__(self, opened: Passage, *, is_implicit: bool) -> None:
        super().__init__(local_hostname=configuration.own_name(), timeout=COMMAND_SECONDS)
        self._passage = opened
        self._is_implicit = is_implicit
        self._host = opened.host  # what starttls() checks the certificate against

    @property
    def file(self) -> Any:
        """The reading side, which smtplib makes and drops as it likes."""
        return self._reader

    @file.setter
    def file(self, made: Any) -> None:
        self._reader = BoundedReader(made, _LONGEST_CONVERSATION) if made is not None else None

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        made = self._passage.connect_tls() if self._is_implicit else self._passage.connect_tcp()
        made.settimeout(COMMAND_SECONDS)
        return made

    def send(self, s: Any) -> None:
        """Send, and count it."""
        raw = s.encode(self.command_encoding) if isinstance(s, str) else s
        self._passage.sent += len(raw)
        super().send(raw)


def sign_in(client: smtplib.SMTP, username: str, password: str) -> tuple[int, bytes]:
    """AUTH PLAIN (RFC 4616), else LOGIN, in UTF-8; smtplib's own cannot send a password that is not ASCII."""
    offered = client.esmtp_features.get("auth", "").upper().split()
    if "PLAIN" in offered:
        return client.docmd("AUTH", "PLAIN " + _base64(f"\0{username}\0{password}"))
    if "LOGIN" in offered:
        code, words = client.docmd("AUTH", "LOGIN " + _base64(username))
        return client.docmd(_base64(password)) if code == 334 else (code, words)
    return 504, b"the server offers neither AUTH PLAIN nor LOGIN"


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
