"""Who collects what somebody consents to: read at that moment and kept with the record (GDPR articles 4(11), 13(1))."""

from collections.abc import Iterator

from steward.lib.clock import now
from steward.privacy.egress import configuration
from steward.privacy.egress.decision import Answer
from steward.privacy.egress.engaging import AccountFacts, terms_of
from steward.privacy.egress.models import Connector
from steward.privacy.egress.registry.document import Subprocessor
from steward.privacy.egress.registry.standing import standing
from steward.privacy.egress.registry.versions import published
from steward.tenancy.models import Account
from steward.tenancy.scope import current_account_id

ACCOUNT, SUBPROCESSOR, SERVICE = "account", "S", "T"
_NO = frozenset({Answer.OBJECTED, Answer.REFUSED})


def collectors_now() -> list[dict[str, str]]:
    """`{"kind", "name"}` of each: the account in scope, the subprocessors engaged for it, its own services."""
    account = Account.objects.select_related("data_centre__region").get(pk=current_account_id())
    found = [{"kind": ACCOUNT, "name": account.name}]
    names = dict.fromkeys(_subprocessors(account))
    found += [{"kind": SUBPROCESSOR, "name": name} for name in names]
    services = Connector.objects.filter(kind=Connector.Kind.HTTP, retired_at=None).order_by("name", "host")
    return found + [{"kind": SERVICE, "name": one.name or one.host} for one in services]


def _subprocessors(account: Account) -> Iterator[str]:
    """Where whoever runs Steward runs it for themselves there are none: nobody works for anybody."""
    if not configuration.is_hosting():
        return
    list_, facts, at = published(), terms_of(account, is_engaged=True), now()
    for key, revisions in list_.revisions.items():
        current = standing(revisions, facts.bound, at).current
        if current is not None and current.engaged is not None and _is_engaged(facts, key):
            regions = current.engaged.engagement.regions
            company: Subprocessor = current.engaged.subprocessor
            if regions is None or facts.terms.region in regions:
                yield company.legal_name


def _is_engaged(facts: AccountFacts, key: str) -> bool:
    return facts.terms.answers.get(key) not in _NO
