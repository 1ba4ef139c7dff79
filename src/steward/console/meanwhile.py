"""Two people answering at once: whoever sends second is told first, and may send all the same."""

from datetime import timedelta
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from steward.lib.clock import now
from steward.people.models import Membership
from steward.tickets.models import Message, Ticket
from steward.ui.ages import told


class AnsweredMeanwhile(ValueError):
    """Somebody else has answered since the page was loaded; the message is for the person who wanted to send."""


def last_message(ticket: Ticket) -> UUID | None:
    """The newest message, up to which a page that is rendered now can be read."""
    return Message.objects.filter(ticket=ticket).order_by("-at", "-id").values_list("id", flat=True).first()


def check_answers(ticket: Ticket, member: Membership, *, read_to: UUID | None) -> None:
    """Raises `AnsweredMeanwhile` when a colleague answered after the message up to which the page was read."""
    read = Message.objects.filter(ticket=ticket, pk=read_to).first() if read_to else None
    if read is None:
        return
    later = Message.objects.filter(ticket=ticket, kind=Message.Kind.OUTGOING, is_automatic=False, at__gte=read.at)
    others = later.exclude(pk=read.pk).exclude(author=member).filter(author__isnull=False)
    answer = others.select_related("author").order_by("-at", "-id").first()
    if answer is not None and answer.author is not None:
        raise AnsweredMeanwhile(_words(answer.author.name, answer))


def _words(name: str, answer: Message) -> str:
    age = now() - answer.at
    minutes = age // timedelta(minutes=1)
    if minutes < 1:
        text = _("%(name)s answered just now, while you wrote. Nothing was sent yet: read that first, then send again.")
    elif minutes < 60:
        text = ngettext(
            "%(name)s answered %(count)d minute ago, while you wrote. Nothing was sent yet: read that first, then "
            "send again.",
            "%(name)s answered %(count)d minutes ago, while you wrote. Nothing was sent yet: read that first, then "
            "send again.",
            minutes,
        )
    else:
        text = _(
            "%(name)s answered while you wrote (%(when)s). Nothing was sent yet: read that first, then send again."
        )
    return text % {"name": name, "count": minutes, "when": told(answer.at, now=now())}
