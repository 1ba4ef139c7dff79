"""Lists for the contracts of the gate: one company with a relay, and how a version is published at a moment."""

from datetime import UTC, datetime, timedelta

from steward.privacy.egress.models import RegistryVersion
from steward.privacy.egress.registry import document as doc

NOW = datetime(2026, 12, 22, 12, tzinfo=UTC)
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
RELAY = doc.Engagement(
    key="relay",
    purposes=("mail.deliver",),
    categories=("user.content",),
    countries=("DE",),
    regions=("eu",),
    endpoints=(doc.Endpoint(host="a.example", port=465, protocol=doc.Protocol.SMTP),),
)
COMPANY = doc.Subprocessor(
    key="company",
    legal_name="Relay GmbH",
    kind=doc.Kind.SERVICE,
    engagements=(RELAY,),
    agreements=(doc.VendorAgreement(version="1", effective_from=NOW - DAY),),
)


def registry(*subprocessors: doc.Subprocessor) -> doc.Registry:
    """A list of these companies."""
    return doc.Registry(
        provider=doc.Provider(legal_name="Host s.r.o.", service="Desk"),
        regions=(doc.Place(code="eu", name={"en": "Europe"}),),
        subprocessors=subprocessors,
        prose=(),
    )


def publish(content: doc.Registry, at: datetime) -> None:
    """The next version, announced at that moment."""
    number, text = RegistryVersion.objects.count() + 1, doc.canonical(content)
    RegistryVersion.objects.create(
        number=number,
        document=text,
        sha256=doc.digest(text),
        published_at=at,
        effective_at=at + (30 * DAY if number > 1 else 0 * DAY),
        binds_notice=number > 1,
    )
