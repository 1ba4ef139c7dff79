"""A registry with a provider and one subprocessor, published for tests."""

import datetime

from steward.lib.clock import now
from steward.privacy.egress.models import RegistryVersion
from steward.privacy.egress.registry import document as doc

_DAY = datetime.timedelta(days=1)


def hosting_registry(*, name: str = "Relay GmbH") -> doc.Registry:
    """Host s.r.o. with one subprocessor."""
    relay = doc.Engagement(
        key="relay",
        purposes=("mail.deliver",),
        categories=("user.content", "user.contact.email"),
        countries=("DE",),
        regions=("eu",),
        mechanism=doc.Mechanism.NONE,
        responsibilities={"en": "Hands mail on, keeps none of it", "pl": "Przekazuje pocztę i jej nie przechowuje"},
    )
    company = doc.Subprocessor(
        key="company",
        legal_name=name,
        kind=doc.Kind.SERVICE,
        address="Hafenstraße 1, Hamburg",
        country="DE",
        contact=doc.Contact(name="Ida Berg", position="Privacy", email="privacy@relay.example"),
        engagements=(relay,),
        agreements=(doc.VendorAgreement(version="1", effective_from=now() - _DAY),),
    )
    provider = doc.Provider(
        legal_name="Host s.r.o.",
        service="Desk",
        address="Dlhá 2, Bratislava",
        country="SK",
        privacy_email="privacy@host.example",
        data_protection_officer="Eva Malá",
    )
    return doc.Registry(
        provider=provider,
        regions=(doc.Place(code="eu", name={"en": "Europe"}),),
        subprocessors=(company,),
        prose=(),
    )


def publish_registry(content: doc.Registry) -> RegistryVersion:
    """The next version, as published a day ago."""
    number, text = RegistryVersion.objects.count() + 1, doc.canonical(content)
    return RegistryVersion.objects.create(
        number=number,
        document=text,
        sha256=doc.digest(text),
        published_at=now() - _DAY,
        effective_at=now() - _DAY,
        binds_notice=False,
    )
