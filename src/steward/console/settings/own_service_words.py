"""An account's own services, and what came of trying one, in words a team lead can act on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from steward.privacy.egress.http import Fault
from steward.privacy.egress.models import Connector
from steward.privacy.egress.own_services import data_of
from steward.privacy.egress.service_trials import Outcome, ServiceTrial
from steward.privacy.subprocessors.words import (
    CATEGORIES,
    PURPOSE_WORDS,
    country_name,
    enumeration,
    next_step,
    refusal,
)


@dataclass(frozen=True, slots=True)
class Shown:
    """One service as the pages show it. `country` is empty where it is not known, `by` at the command line."""

    row: Connector
    purposes: str
    data: str
    country: str
    by: str
    is_outside: bool
    ended_by: str = ""


def shown(row: Connector, names: Mapping[UUID, str], *, is_outside: bool, ended_by: UUID | None = None) -> Shown:
    """A service in words; `names` are those of the account's people, `ended_by` is who retired it."""
    return Shown(
        row=row,
        purposes=enumeration(PURPOSE_WORDS.get(one, one) for one in row.purposes),
        data=enumeration(sorted(str(CATEGORIES[one]) for one in data_of(row.purposes))),
        country=country_name(row.country) if row.country else "",
        by=_name(row.declared_by_id, names),
        is_outside=is_outside,
        ended_by=_name(ended_by, names),
    )


def _name(member_id: UUID | None, names: Mapping[UUID, str]) -> str:
    if member_id is None:
        return ""
    return names.get(member_id) or gettext("a former agent")


OUTCOMES: Mapping[Outcome, str | Promise] = {
    Outcome.WORKS: _("It works: the service answers, and says nothing against the key."),
    Outcome.NOT_ACCEPTED: _("The service answers and does not accept the key. Look at the key and its header."),
    Outcome.NOTHING_THERE: _(
        "The service answers, and has nothing at this very address. That is usual where an address is only the "
        "beginning of others; else look for a slip in it."
    ),
    Outcome.ELSEWHERE: _("The service sends on to another address. Steward goes nowhere but where you say."),
    Outcome.BUSY: _("The service answers that it was asked too often. Try again later."),
    Outcome.BROKEN: _("The service answers that it is in trouble itself. Whoever runs it can say more."),
    Outcome.OTHER: _("The service answers and refuses. Look at the address, and at what its manual says."),
    Outcome.PRIVATE: _("The name leads into a private network. The operator of this installation has to allow that."),
}

FAULTS: Mapping[Fault, str | Promise] = {
    Fault.ADDRESS: _("The address cannot be called. Such addresses look like https://api.example.com/v1."),
    Fault.HEADER: _("The key or its header cannot be sent. Copy the key once more."),
    Fault.CLEAR: _("Begin the address with https:// so that nobody on the way can read what is sent."),
    Fault.UNRESOLVED: _("No server of this name was found. Look for a slip in it."),
    Fault.UNREACHABLE: _("The service cannot be reached from here, or nobody answers at this port."),
    Fault.CERTIFICATE: _("The server cannot prove who it is: its certificate is not accepted. No key was sent."),
    Fault.PROTOCOL: _("What answers there does not speak HTTPS as it should. Perhaps the port is another one."),
    Fault.TOO_SLOW: _("The service did not answer in time."),
    Fault.TOO_LONG: _("The answer was too long to be read."),
    Fault.TOO_MANY_REDIRECTS: _("The service sends on to another address. Steward goes nowhere but where you say."),
}


def told(trial: ServiceTrial) -> dict[str, Any]:
    """What came of a trial for a page: whether it is good, what it means, and the code the service answered with."""
    return {"is_good": trial.is_good, "words": _meaning(trial), "status": trial.status or "", "to": trial.to}


def _meaning(trial: ServiceTrial) -> str | Promise:
    if trial.outcome is Outcome.DENIED:
        why = gettext("This is not allowed: %(why)s.") % {"why": refusal(trial.reason)}
        return f"{why} {next_step(trial.reason)}"
    if trial.outcome is Outcome.FAILED:
        return FAULTS[trial.fault or Fault.PROTOCOL]
    return OUTCOMES[trial.outcome]
