"""Concluding the agreement of our form by a click: written, signed, hashed, and in force at the gate at once."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from steward.events.actions import record
from steward.files.actions import NewFile, store_files
from steward.jobs import enqueue
from steward.lib.actor import Actor
from steward.lib.clock import now
from steward.lib.ids import new_id
from steward.privacy.agreements.composing import FORM, NothingToSign, compose
from steward.privacy.agreements.content import Content, Signature, canonical, digest
from steward.privacy.agreements.models import Agreement
from steward.privacy.agreements.notices import tell_owners_of
from steward.privacy.agreements.states import move
from steward.privacy.agreements.tasks import set_file
from steward.privacy.egress.configuration import is_hosting
from steward.privacy.egress.registry.versions import published
from steward.privacy.egress.terms import bring_into_force
from steward.tenancy.languages import spoken
from steward.tenancy.models import Account

S = Agreement.State


class NotNeeded(RuntimeError):
    """Who runs this installation runs it for themselves: there is nobody else to have an agreement with."""


class AlreadyInForce(RuntimeError):
    """What was to be signed is what is in force."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """Who signs for the account. `address` is of the network, as the server saw it.

    `company` and `company_address` are what the agreement says of the controller; they may be empty.
    """

    name: str
    email: str
    position: str = ""
    member_id: UUID | None = None
    address: str = ""
    company: str = ""
    company_address: str = ""

    def signature(self, at: datetime) -> Signature:
        """What stands in the agreement."""
        return Signature(
            name=self.name,
            position=self.position,
            email=self.email,
            at=at,
            address=self.address,
            company=self.company,
            company_address=self.company_address,
        )


def is_needed() -> bool:
    """Whether accounts here are served for others, so that an agreement is due."""
    return is_hosting()


def is_on_offer() -> bool:
    """Whether our form can be concluded: the registry says who provides the service."""
    versions = published().versions
    return is_needed() and bool(versions) and bool(versions[-1].registry.provider.legal_name)


def draft_content(account: Account, *, language: str) -> Content:
    """What would be signed now, without a signature. Raises `NotNeeded` or `NothingToSign`."""
    return _content(account, language, now(), reference="–", signature=None)


def conclude(account: Account, signer: Signer, *, language: str, registry_version: int, actor: Actor) -> Agreement:
    """Sign our form for the account; the gate goes by it from now on, and an earlier agreement is replaced.

    `registry_version` is the one whose list was shown. Raises `NotNeeded`, `NothingToSign` also when there is a newer
    list by now, or `AlreadyInForce`.
    """
    at, agreement_id = now(), new_id()
    with transaction.atomic():
        hold_account(account.pk)
        content = _content(account, language, at, reference=str(agreement_id), signature=signer.signature(at))
        if content.registry_version != registry_version:
            raise NothingToSign
        if _is_same(content):
            raise AlreadyInForce
        agreement = _stored(agreement_id, content, signer, at)
        _into_force(agreement, at, actor=actor)
        enqueue(set_file, agreement=agreement.pk)
    return agreement


def into_force(agreement: Agreement, *, actor: Actor, **columns: object) -> Agreement:
    """Let an agreement stand in place of the one before, here and at the gate. Raises `WrongState`."""
    with transaction.atomic():
        hold_account(agreement.account_id)
        return _into_force(agreement, now(), actor=actor, **columns)


def hold_account(account_id: UUID) -> None:
    """Let what is done at the same moment wait until this transaction ends: it then finds what was done."""
    Account.objects.select_for_update(no_key=True).get(pk=account_id)


def _into_force(agreement: Agreement, at: datetime, *, actor: Actor, **columns: object) -> Agreement:
    for earlier in Agreement.objects.select_for_update(no_key=True).filter(state=S.IN_FORCE):
        move(earlier, S.SUPERSEDED, ended_at=at, ends_at=None, ended_side="", ended_by=None, ended_words="")
    move(agreement, S.IN_FORCE, in_force_from=at, **columns)
    bring_into_force(
        agreement.pk,
        actor=actor,
        notice_days=agreement.notice_days,
        mode=agreement.mode,
        regions=agreement.regions,
    )
    kind = "agreement.concluded" if agreement.origin == Agreement.Origin.OURS else "agreement.countersigned"
    record(kind, agreement, actor=actor)
    tell_owners_of(agreement, but=actor.id)
    return agreement


def _content(account: Account, language: str, at: datetime, *, reference: str, signature: Signature | None) -> Content:
    if not is_needed():
        raise NotNeeded
    tongue = spoken(language, account.language)
    return compose(account, published(), at=at, language=tongue, reference=reference, signature=signature)


def _is_same(content: Content) -> bool:
    """Whether what is in force, without an end that is set, is our form of this version, with these annexes."""
    return Agreement.objects.filter(
        state=S.IN_FORCE,
        ends_at=None,
        form_version=content.form,
        registry_version=content.registry_version,
        inventory_digest=content.inventory_digest,
        language=content.parts[0].language,
    ).exists()


def _stored(agreement_id: UUID, content: Content, signer: Signer, at: datetime) -> Agreement:
    text = canonical(content)
    (kept,) = store_files([NewFile(text, "application/json")])
    return Agreement.objects.create(
        id=agreement_id,
        origin=Agreement.Origin.OURS,
        language=content.parts[0].language,
        form_version=FORM,
        content=kept,
        content_sha256=digest(text),
        notice_days=content.notice_days,
        mode=content.mode,
        registry_version=content.registry_version,
        inventory_digest=content.inventory_digest,
        signer_id=signer.member_id,
        signer_name=signer.name,
        signer_position=signer.position,
        signer_address=signer.address,
        signed_at=at,
        created_at=at,
    )
