"""Support access in words: what it reaches, how it stands, and who the hosting company's people are."""

from collections.abc import Iterable, Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from steward.privacy.support_access.models import SupportGrant

AREAS: Mapping[str, str | Promise] = {
    "tickets": pgettext_lazy("support access", "Tickets: their messages and notes"),
    "customers": pgettext_lazy("support access", "Customers: names and addresses"),
    "settings": pgettext_lazy(
        "support access",
        "Settings: departments, people, mail accounts, services, how long things are kept and what left the account, "
        "without passwords",
    ),
    "privacy": pgettext_lazy("support access", "Privacy: requests of persons, erasures and legal holds"),
    "export": pgettext_lazy("support access", "An encrypted copy of everything"),
}
SHORT_AREAS: Mapping[str, str | Promise] = {
    "tickets": pgettext_lazy("support can see", "tickets"),
    "customers": pgettext_lazy("support can see", "customers"),
    "settings": pgettext_lazy("support can see", "settings"),
    "privacy": pgettext_lazy("support can see", "requests of persons"),
    "export": pgettext_lazy("support can see", "a copy of everything"),
}
# Beside reading, each by a box of its own.
WRITES = gettext_lazy(
    "They may leave notes, set the state of tickets and, by commands, change settings, consents and legal holds"
)
ERASES = gettext_lazy("They may erase customers and tickets and make words unreadable, for good")
STATES: Mapping[str, str | Promise] = {
    "requested": pgettext_lazy("of support access", "Asked for"),
    "granted": pgettext_lazy("of support access", "Granted"),
    "refused": pgettext_lazy("of support access", "Refused"),
    "revoked": pgettext_lazy("of support access", "Ended by the account"),
    "ended": pgettext_lazy("of support access", "Over"),
    "withdrawn": pgettext_lazy("of support access", "Withdrawn by support"),
}


def areas_in_words(areas: Iterable[str]) -> list[str]:
    """Areas as a list of lines, in the order in which they are shown everywhere."""
    wanted = set(areas)
    return [str(words) for code, words in AREAS.items() if code in wanted]


def short_areas(areas: Iterable[str]) -> list[str]:
    """The same as words inside a sentence."""
    wanted = set(areas)
    return [str(words) for code, words in SHORT_AREAS.items() if code in wanted]


def deeds_in_words(grant: SupportGrant) -> list[str]:
    """What may be done beside reading, or that nothing may."""
    boxes = ((grant.may_write, WRITES), (grant.may_erase, ERASES))
    return [str(words) for is_let, words in boxes if is_let] or [_("They may only read")]


def command_in_words(command: str) -> str:
    """A command (`person.find`) as it is typed."""
    return f"steward {command.replace('.', ' ')}"


def support_of(name: str) -> str:
    """The hosting company's people as a whole."""
    return _("Support of %(company)s") % {"company": name} if name else pgettext("the people of the host", "Support")
