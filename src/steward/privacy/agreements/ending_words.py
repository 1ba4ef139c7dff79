"""What both sides are told by mail when an agreement ends, will end, or will not after all."""

from enum import Enum

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from steward.privacy.agreements.models import Agreement
from steward.tenancy.hosts import base_url
from steward.tenancy.models import Account
from steward.ui.ages import full_day

Mail = tuple[str, str]  # subject and text


class Step(Enum):
    """What has become of the end of an agreement."""

    ENDED = 1
    TO_COME = 2
    TAKEN_BACK = 3


def words_for_owners(step: Step, agreement: Agreement, account: Account) -> Mail:
    """To the owners of the account, in the language that is on."""
    subject, text = _OF_OWNERS[step](agreement)
    more = _more(agreement, account) | {"link": f"{base_url(account.slug)}/console/settings/privacy/agreement"}
    return subject % more, text % more


def words_for_operators(step: Step, agreement: Agreement, account: Account) -> Mail:
    """To whoever runs the installation, in the language that is on."""
    subject, text = _of_operators(step)
    more = _more(agreement, account) | {"link": f"{base_url()}/operator/accounts/{account.slug}/agreement"}
    return subject % more, text % more


def _ended(agreement: Agreement) -> Mail:
    subject = _("Your data processing agreement has ended")
    if agreement.ended_side == Agreement.Side.PROVIDER:
        return subject, _(
            "Whoever runs %(installation)s has ended the data processing agreement for %(company)s:\n\n%(words)s\n\n"
            "From now on nothing goes to a subprocessor for your account, and mail that leaves by one waits. Your data "
            "stay where they are. Conclude another agreement here:\n%(link)s\n"
        )
    return subject, _(
        "An owner has ended the data processing agreement for %(company)s at %(installation)s. From now on nothing "
        "goes to a subprocessor for your account, and mail that leaves by one waits. Your data stay where they "
        "are. Conclude another agreement here:\n%(link)s\n"
    )


def _to_come(agreement: Agreement) -> Mail:
    subject = _("Your data processing agreement ends on %(day)s")
    if agreement.ended_side == Agreement.Side.PROVIDER:
        return subject, _(
            "Whoever runs %(installation)s ends the data processing agreement for %(company)s. It is in force to the "
            "end of %(day)s (UTC):\n\n%(words)s\n\nAfter that nothing goes to a subprocessor for your account, and "
            "mail that leaves by one waits. Your data stay where they are. Conclude another agreement before, "
            "here:\n%(link)s\n"
        )
    return subject, _(
        "An owner ends the data processing agreement for %(company)s at %(installation)s. It is in force to the end of "
        "%(day)s (UTC). After that nothing goes to a subprocessor for your account, and mail that leaves by one waits. "
        "Your data stay where they are. Take the end back, or conclude another agreement, here:\n%(link)s\n"
    )


def _taken_back(_agreement: Agreement) -> Mail:
    return _("Your data processing agreement stays in force"), _(
        "The end of the data processing agreement for %(company)s at %(installation)s was taken back: it stays in "
        "force. You find it here:\n%(link)s\n"
    )


_OF_OWNERS = {Step.ENDED: _ended, Step.TO_COME: _to_come, Step.TAKEN_BACK: _taken_back}


def _of_operators(step: Step) -> Mail:
    if step is Step.ENDED:
        return _("The data processing agreement of %(account)s has ended"), _(
            "The data processing agreement of %(company)s (%(account)s) has ended. Ended by: %(side)s.\n\n%(words)s\n\n"
            "Nothing goes to a subprocessor for this account any more, and mail that leaves by one waits. More about "
            "it:\n%(link)s\n"
        )
    if step is Step.TO_COME:
        return _("The data processing agreement of %(account)s ends on %(day)s"), _(
            "The data processing agreement of %(company)s (%(account)s) is in force to the end of %(day)s (UTC). Ended "
            "by: %(side)s.\n\n%(words)s\n\nAfter that nothing goes to a subprocessor for this account. More about "
            "it:\n%(link)s\n"
        )
    return _("The data processing agreement of %(account)s stays in force"), _(
        "The end of the data processing agreement of %(company)s (%(account)s) was taken back: it stays in force. More "
        "about it:\n%(link)s\n"
    )


def _more(agreement: Agreement, account: Account) -> dict[str, str]:
    is_ours = agreement.ended_side == Agreement.Side.PROVIDER
    return {
        "company": account.name,
        "account": account.slug,
        "installation": settings.STEWARD_DOMAIN,
        "words": agreement.ended_words or "–",
        "day": full_day(agreement.last_day) if agreement.last_day else "",
        "side": pgettext("who ended", "an operator") if is_ours else pgettext("who ended", "the account"),
    }
