"""Telling recipients: by mail, or noted by hand; and saying why somebody is not told."""

from collections.abc import Collection, Mapping
from uuid import UUID

from django.db import transaction

from steward.events.actions import Happening, record_many
from steward.lib.actor import Actor
from steward.lib.clock import now
from steward.outbox.actions import put_in_outbox
from steward.privacy.erasure.certifying import renew
from steward.privacy.recipients.certifying import SECTIONS
from steward.privacy.recipients.letters import is_ours, mail_to
from steward.privacy.recipients.letting_go import forget
from steward.privacy.recipients.models import WITH_LETTER, Recipient, Telling, TellingRules

State, How = Recipient.State, Recipient.How


def send_letters(
    telling: Telling, chosen: Collection[UUID], *, actor: Actor, how: Recipient.How = How.MAIL,
    addresses: Mapping[UUID, str] | None = None,
) -> int:  # fmt: skip
    """Write to those chosen who have not been told; `addresses` are those typed. Returns to how many.

    They count as told when the mail has left. Raises `NoWay` when it cannot be written to one; then nobody is.
    """
    with transaction.atomic():
        rows = _open(telling, chosen)
        for one in rows:
            one.address = (addresses or {}).get(one.pk, "") or one.address
        mails = put_in_outbox([mail_to(one) for one in rows])
        for one, mail in zip(rows, mails, strict=True):
            one.state, one.how, one.mail_id, one.trouble = State.SENDING, how, mail.pk, ""
            one.at, one.by_id = now(), actor.id
            one.save()
        record_many([Happening("recipient.written_to", one, {"mode": how.value}) for one in rows], actor=actor)
    return len(rows)


def note_told(telling: Telling, chosen: Collection[UUID], *, actor: Actor) -> int:
    """They were told in another way: by letter, by telephone, on a page of theirs. Returns how many were noted."""
    return _settle(telling, chosen, State.TOLD, actor=actor, how=How.OTHERWISE)


def note_not_told(telling: Telling, chosen: Collection[UUID], reason: Recipient.Reason, *, actor: Actor) -> int:
    """They are not told, for one of the reasons of article 19. Returns how many were noted."""
    return _settle(telling, chosen, State.NOT_TOLD, actor=actor, reason=reason)


def choose_by_itself(wanted: bool, *, actor: Actor) -> None:
    """Whether companies that have an address are written to as soon as an erasure is done."""
    with transaction.atomic():
        rules, _made = TellingRules.objects.get_or_create()
        rules.mails_by_itself = wanted
        rules.save(update_fields=["mails_by_itself"])
        record_many([Happening("recipients.rules_changed", rules, {"is_on": wanted})], actor=actor)


def forget_rules(*, actor: Actor) -> None:
    """Go back to how every account begins: nobody is written to by itself."""
    with transaction.atomic():
        if mails_by_itself():
            choose_by_itself(False, actor=actor)
        TellingRules.objects.all().delete()


def mail_by_itself(telling: Telling, *, actor: Actor) -> int:
    """What the account wants to happen by itself: companies with an address are written to. Returns to how many."""
    if not mails_by_itself():
        return 0
    companies = telling.recipients.exclude(kind=Recipient.Kind.CORRESPONDENT).exclude(address="")
    waiting = companies.filter(WITH_LETTER, state=State.WAITING).values_list("pk", "address")
    chosen = [key for key, address in waiting if not is_ours(address)]
    return send_letters(telling, chosen, actor=actor, how=How.ITSELF)


def mails_by_itself() -> bool:
    """Whether the account has chosen that."""
    return TellingRules.objects.filter(mails_by_itself=True).exists()


def certify_anew(telling: Telling) -> None:
    """The certificate of the erasure says how recipients were told. The last thing in its transaction."""
    if telling.of == Telling.Of.ERASURE:
        renew(telling.about_id, SECTIONS)


def _settle(
    telling: Telling, chosen: Collection[UUID], state: Recipient.State, *, actor: Actor, how: str = "", reason: str = ""
) -> int:
    with transaction.atomic():
        rows = _open(telling, chosen)
        keys = [one.pk for one in rows]
        Recipient.objects.filter(pk__in=keys).update(
            state=state, how=how, reason=reason, at=now(), by_id=actor.id, trouble=""
        )
        forget(keys)
        kind = "recipient.told" if state == State.TOLD else "recipient.not_told"
        record_many([Happening(kind, one, {"mode": how, "reason": reason}) for one in rows], actor=actor)
        if rows:
            certify_anew(telling)
    return len(rows)


def _open(telling: Telling, chosen: Collection[UUID]) -> list[Recipient]:
    rows = Recipient.objects.filter(telling=telling, pk__in=list(chosen), state=State.WAITING)
    return list(rows.select_related("telling").select_for_update(no_key=True, of=("self",)).order_by("pk"))
