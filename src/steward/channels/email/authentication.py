"""SPF, DKIM and DMARC, checked where our listener is the exchanger: only there the client's address is the sender's.

Look-ups go through the gate. Trouble with the DNS yields `temperror`, never `fail`: a mail is not doubted because a
server of somebody else did not answer.
"""

import threading
import time
from dataclasses import dataclass
from typing import Any

import dkim
import spf
from authheaders import check_dmarc
from authres import DKIMAuthenticationResult, SPFAuthenticationResult

from steward.privacy.egress.dns import LookupFailed, dnsfunc, lookup, texts

LONGEST = 10.0  # seconds for all look-ups about one mail
_MOST_SIGNATURES = 5


@dataclass(frozen=True, slots=True)
class Client:
    """Who handed the mail over."""

    ip: str
    helo: str
    mail_from: str  # empty for the null sender, then the HELO name is what is checked (RFC 7208 section 2.4)


def authenticate(raw: bytes, client: Client) -> dict[str, str]:
    """Results by method, as in RFC 8601 section 2.7: `{"spf": ..., "dkim": ..., "dmarc": ...}`. Never raises."""
    deadline = time.monotonic() + LONGEST
    spf_result = _spf(client, deadline)
    dkim_result = _dkim(raw, deadline)
    return {
        "spf": spf_result.result or "none",
        "dkim": dkim_result.result or "none",
        "dmarc": _dmarc(raw, spf_result, dkim_result),
    }


def _spf(client: Client, deadline: float) -> SPFAuthenticationResult:
    sender = client.mail_from or f"postmaster@{client.helo}"
    _deadline.at = deadline
    try:
        result, _words = spf.check2(i=client.ip, s=sender, h=client.helo, querytime=int(LONGEST))
    except (ValueError, UnicodeError):
        result = "permerror"  # an address or a name that is none
    return SPFAuthenticationResult(result=result, smtp_mailfrom=sender.rpartition("@")[2], smtp_helo=client.helo)


class _Deadline(threading.local):
    """Until when the check in this thread may ask."""

    at = 0.0


_deadline = _Deadline()


def _spf_lookup(name: str, kind: str, tcpfallback: bool = True, timeout: float = LONGEST) -> list[Any]:
    """The records of a name in the form pyspf wants."""
    seconds = min(timeout, max(0.1, _deadline.at - time.monotonic()))
    try:
        if kind in {"TXT", "SPF"}:
            return [((name, kind), [text]) for text in texts(name, seconds=seconds)]
        answers = lookup(name, kind, purpose="mail.authenticate", seconds=seconds)
    except LookupFailed as error:
        raise spf.TempError(f"DNS {error}") from error
    return [((name, kind), _spf_form(kind, answer)) for answer in answers]


def _spf_form(kind: str, answer: str) -> Any:
    if kind == "MX":
        preference, exchange = answer.split()
        return int(preference), exchange.rstrip(".")
    return answer.rstrip(".")


spf.DNSLookup = _spf_lookup  # pyspf asks whatever its module holds under this name


def _dkim(raw: bytes, deadline: float) -> DKIMAuthenticationResult:
    """The best of the mail's signatures: one that holds is enough (RFC 6376 section 6.1)."""
    best = DKIMAuthenticationResult(result="none")
    try:
        message = dkim.DKIM(raw)
        count = sum(name.lower() == b"dkim-signature" for name, _value in message.headers)
    except (dkim.DKIMException, ValueError):
        return DKIMAuthenticationResult(result="permerror")
    for index in range(min(count, _MOST_SIGNATURES)):
        result = "temperror" if time.monotonic() > deadline else _signature(message, index)
        found = DKIMAuthenticationResult(
            result=result, header_d=message.signature_fields.get(b"d", b"").decode("ascii", "replace")
        )
        if result == "pass":
            return found
        best = found
    return best


def _signature(message: Any, index: int) -> str:
    try:
        return "pass" if message.verify(idx=index, dnsfunc=dnsfunc) else "fail"
    except LookupFailed:
        return "temperror"
    except (dkim.DKIMException, ValueError, KeyError, TypeError):
        return "fail"  # a signature that cannot be read is none that holds


def _dmarc(raw: bytes, spf_result: SPFAuthenticationResult, dkim_result: DKIMAuthenticationResult) -> str:
    try:
        found = check_dmarc(raw, spf_result, dkim_result, dnsfunc=dnsfunc)
    except LookupFailed:
        return "temperror"
    except Exception:
        return "permerror"
    return str(found.result or "none")
