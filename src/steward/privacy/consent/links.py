"""The link by which somebody sees what they consented to, without signing in: made from ids, so that none is stored.

It is good for as long as the contact is there, for every mail that was sent by a consent has to end it, too.
"""

from steward.contacts.models import Contact
from steward.lib.signed_ids import id_signed, signed
from steward.privacy.keys.cipher import derive
from steward.tenancy.hosts import base_url
from steward.tenancy.scope import current_account_id


def token_of(contact: Contact) -> str:
    """What the link carries. Raises `KeyMissing`."""
    return signed(contact.pk, _key())


def link_of(contact: Contact, slug: str) -> str:
    """The address of the page on the host of the account."""
    return f"{base_url(slug)}/consent/{token_of(contact)}"


def contact_behind(token: str) -> Contact | None:
    """Whose link it is; None for one that was made up, cut off, or whose contact is gone."""
    contact_id = id_signed(token, _key())
    return None if contact_id is None else Contact.objects.filter(pk=contact_id).first()


def _key() -> bytes:
    return derive(current_account_id(), "consent links")
