"""In which language and time zone Steward's own words in a mail to a customer are."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.utils import timezone
from django.utils.translation import override

from steward.contacts.models import Contact
from steward.tenancy.languages import Speaker, spoken
from steward.tenancy.models import Account


def language_towards(contact: Contact, account: Speaker) -> str:
    """The contact's language when it is known, else the account's; a code of `LANGUAGES`."""
    return spoken(contact.language, account.language)


@contextmanager
def writing_in(language: str, account: Account) -> Iterator[None]:
    """What is translated inside is in this language, and times are those of the account."""
    with override(language), timezone.override(account.time_zone):
        yield
