"""Slugs: the first label of an account's host name."""

import re
import unicodedata
from collections.abc import Iterator

from django.utils.translation import gettext as _

from steward.tenancy.models import TakenSlug

LONGEST = 40
# A host label (RFC 1035 section 2.3.1); names the base domain needs for itself are kept back.
_SLUG = re.compile(r"[a-z](?:[a-z0-9-]{0,38}[a-z0-9])?")
RESERVED = frozenset(
    "account admin api app autoconfig autodiscover billing blog console demo docs ftp help imap live localhost "
    "login mail mx ns ns1 ns2 operator pop portal postmaster root sign-in sign-up smtp ssl static status steward "
    "subprocessors support test webmail www".split()
)
_LETTERS = str.maketrans({"đ": "d", "Đ": "d", "ø": "o", "Ø": "o", "ł": "l", "Ł": "l", "æ": "ae", "Æ": "ae", "ß": "ss"})


class SlugRefused(ValueError):
    """The slug cannot be given; the message says why."""


def check_slug(slug: str) -> None:
    """Raises `SlugRefused` for what cannot be a host name here; whether it is free is another question."""
    if not _SLUG.fullmatch(slug) or "--" in slug:
        raise SlugRefused(
            _("Use 1 to 40 characters: a to z, 0 to 9 and -. Begin with a letter, and do not put two - together.")
        )
    if slug in RESERVED:
        raise SlugRefused(_("This address is kept for the installation itself. Choose another one."))


def is_free(slug: str) -> bool:
    """Whether no account has or ever had the slug."""
    return not TakenSlug.objects.filter(slug=slug).exists()


def slug_from(words: str) -> str:
    """A company's name as a slug: `Fjord & Søn A/S` is `fjord-son-a-s`. Empty when no letter of it is one of a-z."""
    plain = unicodedata.normalize("NFKD", words.translate(_LETTERS)).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-").lstrip("0123456789-")
    return slug[:LONGEST].rstrip("-")


def suggestions(wanted: str, company: str) -> Iterator[str]:
    """Slugs like the one somebody wanted, the best first. They may be taken too: ask for each."""
    bases = dict.fromkeys(filter(None, (slug_from(wanted), slug_from(company))))
    for base in bases:
        yield base
    for base in bases:
        for ending in ("help", "support", "desk", *map(str, range(2, 10))):
            yield f"{base[: LONGEST - len(ending) - 1].rstrip('-')}-{ending}"
