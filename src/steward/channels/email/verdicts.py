"""Whether a mail is from whom it says: what our own check found, or what a server we were told to believe says."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from authres import AuthenticationResultsHeader
from authres.core import AuthResError

from steward.channels.email.models import RawMail
from steward.channels.email.parsing import ParsedMail
from steward.channels.email.recipients import base_address


@dataclass(frozen=True, slots=True)
class Verdict:
    """Results by method as in RFC 8601 section 2.7 (`pass`, `fail`, `none`, ...); empty: not checked."""

    spf: str = ""
    dkim: str = ""
    dmarc: str = ""
    by: str = ""  # "listener", or the authserv-id that is believed

    @property
    def is_checked(self) -> bool:
        return bool(self.spf or self.dkim or self.dmarc)

    @property
    def is_sender_doubtful(self) -> bool:
        """Its From fails the policy its own domain publishes (RFC 7489 section 6.6), or hides which domain that is."""
        return self.dmarc in {"fail", "permerror"}

    def as_json(self) -> dict[str, str]:
        return {name: value for name, value in asdict(self).items() if value}


NOT_CHECKED = Verdict()


def verdict_on(raw: RawMail, parsed: ParsedMail, trusted: Mapping[str, str]) -> Verdict:
    """The verdict on one mail. `trusted` maps our addresses to the authserv-id their mailbox provider writes."""
    if raw.source == RawMail.Source.SMTP:
        found = {method: raw.client[method] for method in ("spf", "dkim", "dmarc") if method in raw.client}
        return Verdict(**found, by="listener") if found else NOT_CHECKED
    for address in raw.envelope_to:
        if authserv := trusted.get(base_address(address)):
            return _from_header(parsed.authentication_results, authserv)
    return NOT_CHECKED


def _from_header(headers: tuple[str, ...], authserv: str) -> Verdict:
    """The topmost results by that server: a forged header can only stand below the one the server itself wrote."""
    for header in headers:
        try:
            read = AuthenticationResultsHeader.parse(f"Authentication-Results: {header}")
        except (AuthResError, ValueError):
            continue  # not well formed, so not written by a server worth believing
        if read.authserv_id.lower() == authserv.lower():
            results = {result.method: result.result for result in read.results if result.result}
            return Verdict(
                spf=results.get("spf", "").lower(),
                dkim=results.get("dkim", "").lower(),
                dmarc=results.get("dmarc", "").lower(),
                by=authserv,
            )
    return NOT_CHECKED
