"""Bringing the terms of an account's agreement into force: from then on the gate goes by them."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from steward.events.actions import record
from steward.lib.actor import Actor
from steward.lib.clock import now
from steward.privacy.egress.models import AccountTerms
from steward.privacy.egress.registry.standing import LEAST_NOTICE_DAYS
from steward.tenancy.models import Account
from steward.tenancy.scope import upkeep_scope


def bring_into_force(
    agreement_id: UUID,
    *,
    actor: Actor,
    notice_days: int = LEAST_NOTICE_DAYS,
    mode: str = AccountTerms.Mode.GENERAL,
    regions: Iterable[str] = (),
) -> AccountTerms:
    """Let an agreement stand from now on in place of the one before. Raises ValueError for a notice under 30 days."""
    if notice_days < LEAST_NOTICE_DAYS:
        raise ValueError(f"notice is {LEAST_NOTICE_DAYS} days at least")
    at = now()
    with transaction.atomic():
        AccountTerms.objects.filter(Q(ends_at=None) | Q(ends_at__gt=at)).update(ends_at=at)
        terms: AccountTerms = AccountTerms.objects.create(
            agreement_id=agreement_id,
            notice_days=notice_days,
            mode=mode,
            regions=list(regions),
            effective_from=at,
        )
        record("agreement.in_force", terms, actor=actor, changes={"notice_days": notice_days, "mode": mode})
    return terms


def agreed_by(region: str) -> list[str]:
    """The accounts whose agreement in force names a region, by slug: what it gains they never agreed to.

    Opens a scope for each account.
    """
    return [account.slug for account in Account.objects.order_by("slug") if _names(account.pk, region)]


def _names(account_id: UUID, region: str) -> bool:
    lasting = Q(ends_at=None) | Q(ends_at__gt=now())
    with upkeep_scope(account_id):
        return AccountTerms.objects.filter(lasting, regions__contains=[region]).exists()


def end_terms(*, actor: Actor, at: datetime | None = None) -> None:
    """Let the agreement that stands end, now or at a moment to come. Without one nothing happens."""
    standing = Q(ends_at=None) | Q(ends_at__gt=now())
    with transaction.atomic():
        for terms in AccountTerms.objects.select_for_update(no_key=True).filter(standing):
            terms.ends_at = at or now()
            terms.save(update_fields=["ends_at"])
            if at is None:
                record("agreement.ended", terms, actor=actor)


def keep_terms(agreement_id: UUID) -> None:
    """Let an agreement whose end is to come stand without one."""
    AccountTerms.objects.filter(agreement_id=agreement_id, ends_at__gt=now()).update(ends_at=None)
