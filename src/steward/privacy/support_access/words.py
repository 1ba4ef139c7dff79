"""Support access in words: what it reaches, how it stands, and who the hosting company's people are."""

from collections.abc import Iterable, Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

AREAS: Mapping[str, str | Promise] = {
    "tickets": pgettext_lazy("support access", "Tickets: their messages and notes"),
    "customers": pgettext_lazy("support access", "Customers: names and addresses"),
    "settings": pgettext_lazy("support access", "Settings: departments, people and mail accounts, without passwords"),
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


def support_of(name: str) -> str:
    """The hosting company's people as a whole."""
    return _("Support of %(company)s") % {"company": name} if name else pgettext("the people of the host", "Support")
