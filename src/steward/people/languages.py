"""In which language and time zone an agent reads."""

from typing import Protocol

from django.utils import timezone
from django.utils.translation import activate

from steward.people.models import Membership
from steward.tenancy.languages import Speaker, spoken


class Place(Speaker, Protocol):
    """What an account says of itself: its language and its time zone (IANA name)."""

    @property
    def time_zone(self) -> str: ...


def language_of(member: Membership, account: Speaker) -> str:
    """The person's own choice, else the account's; a code of `LANGUAGES`."""
    return spoken(member.language, account.language)


def speak_to(member: Membership, account: Place) -> None:
    """Answer the rest of this request in the member's language and the account's time zone."""
    activate(language_of(member, account))
    timezone.activate(account.time_zone)
