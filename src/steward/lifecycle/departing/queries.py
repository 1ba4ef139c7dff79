"""What pages show of accounts that are being deleted, or are."""

from uuid import UUID

from steward.lifecycle.departed_models import AccountCertificate, Departure, KeptInvoice


def departure_of(account_id: UUID) -> Departure | None:
    """How its data go, or went; None while nothing goes."""
    return Departure.objects.filter(pk=account_id).first()


def certificates_of(account_id: UUID) -> list[AccountCertificate]:
    """The certificates of an account, the first first."""
    return list(AccountCertificate.objects.select_related("account").filter(account=account_id).order_by("number"))


def get_certificate(account_id: UUID, of: str) -> AccountCertificate:
    """One of them; raises `AccountCertificate.DoesNotExist`."""
    return AccountCertificate.objects.select_related("account").get(account=account_id, of=of)


def find_kept_invoice(account_id: UUID, **wanted: UUID | str) -> KeptInvoice | None:
    """One of them, by its `pk` or its `number`."""
    return KeptInvoice.objects.filter(account=account_id, **wanted).first()


def kept_invoices(account_id: UUID) -> list[KeptInvoice]:
    """The invoices of a deleted account that law wants kept, the newest first."""
    return list(KeptInvoice.objects.filter(account=account_id).order_by("-issued_at", "number"))
