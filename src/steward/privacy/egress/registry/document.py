"""One version of the registry as a document: values, their one canonical form, and its hash.

None means "not stated", which is an answer of its own: an empty tuple says that there is none. Texts that people
read are kept by language (`Words`), English among them, which prevails.
"""

from datetime import date, datetime
from enum import StrEnum
from hashlib import sha256

from msgspec import Struct, json

Words = dict[str, str]
"""One text by language (BCP 47)."""


class Kind(StrEnum):
    """What a subprocessor is to the provider."""

    INFRASTRUCTURE = "infrastructure"
    SERVICE = "service"
    SUBCONTRACTOR = "subcontractor"
    GROUP_ENTITY = "group_entity"


class Standard(StrEnum):
    """What the facilities of a data centre are audited by."""

    TIER_3_PLUS = "tier_3_plus"
    TIER_4 = "tier_4"
    PCI_DSS = "pci_dss"
    SSAE_16 = "ssae_16"
    SOC_1 = "soc_1"
    SOC_2 = "soc_2"
    ISO_27001 = "iso_27001"


class Measure(StrEnum):
    """What keeps a facility running."""

    REDUNDANT_POWER = "redundant_power"
    UPS = "ups"
    BACKUP_GENERATORS = "backup_generators"


class Safeguard(StrEnum):
    """The six obligations every subprocessor takes over by contract (GDPR article 28(3) and (4))."""

    INSTRUCTIONS = "documented_instructions"
    PERSONNEL = "reliable_personnel"
    TRAINING = "regular_training"
    MEASURES = "appropriate_measures"
    BREACH_NOTICE = "prompt_breach_notice"
    COOPERATION = "cooperation"


class Area(StrEnum):
    """What is looked into before somebody is engaged."""

    SECURITY = "security"
    PRIVACY = "privacy"
    CONFIDENTIALITY = "confidentiality"


class Mechanism(StrEnum):
    """What carries a transfer to a third country (GDPR articles 45 to 47)."""

    NONE = "none"
    ADEQUACY = "adequacy"
    CLAUSES = "scc_module_3"
    BINDING_RULES = "bcr"


TRANSFERS = frozenset({Mechanism.ADEQUACY, Mechanism.CLAUSES, Mechanism.BINDING_RULES})
"""What does carry one."""


class Protocol(StrEnum):
    """How an endpoint is spoken to. `BROWSER`: the reader's browser goes there itself (class B)."""

    HTTPS = "https"
    SMTP = "smtp"
    IMAP = "imap"
    SIP = "sip"
    BROWSER = "browser"


class _Value(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """What all parts of the document are: values that never change, with no field nobody knows."""


class Endpoint(_Value, frozen=True):
    """A host (canonical form) and port that the engagement needs."""

    host: str
    port: int
    protocol: Protocol


class Contact(_Value, frozen=True):
    """Whom to write to (Commission Decision 2021/915, annex IV)."""

    name: str = ""
    position: str = ""
    email: str = ""


class Paper(_Value, frozen=True):
    """A file kept beside the versions, which operators alone see. Its bytes are found by their hash."""

    title: str
    sha256: str  # of the bytes, before encryption
    size: int  # bytes
    content_type: str
    added_on: date


class Diligence(_Value, frozen=True):
    """One finding of the selection: who looked into what, when, with which outcome and papers."""

    area: Area
    outcome: str | None = None
    by: str | None = None
    on: date | None = None
    documents: tuple[str, ...] | None = None  # that lie elsewhere: addresses or titles
    papers: tuple[Paper, ...] = ()


class Evidence(_Value, frozen=True):
    """A safeguard that the contract holds, and where that is shown."""

    safeguard: Safeguard
    evidence: str | None = None
    papers: tuple[Paper, ...] = ()


class VendorAgreement(_Value, frozen=True):
    """A data processing agreement with the subprocessor, in force from `effective_from` until before `ends_at`."""

    version: str
    effective_from: datetime
    ends_at: datetime | None = None
    signed_on: date | None = None
    sha256: str | None = None
    is_beneficiary_clause: bool | None = None
    breach_hours: int | None = None
    location: str | None = None  # where its text lies, if elsewhere; for operators
    papers: tuple[Paper, ...] = ()


class Source(_Value, frozen=True):
    """A published page a statement was taken from, where there is one. `title` is its name in words, if stated."""

    name: str
    stated_on: date
    language: str | None = None
    address: str | None = None
    title: Words = {}


class Note(_Value, frozen=True):
    """What one source says otherwise than the others, in our words."""

    words: Words
    languages: tuple[str, ...] = ()


class Facility(_Value, frozen=True):
    """What is said of the buildings. `is_any_of`: at least one of the standards, not every one."""

    standards: tuple[Standard, ...] | None = None
    is_any_of: bool = False
    measures: tuple[Measure, ...] | None = None


class Engagement(_Value, frozen=True):
    """What a subprocessor is used for, with which data, where, for whom: the unit of authorisation."""

    key: str
    purposes: tuple[str, ...]  # keys of `PURPOSES`
    description: Words = {}
    categories: tuple[str, ...] | None = None  # fideslang keys
    persons: tuple[str, ...] | None = None  # whose data
    countries: tuple[str, ...] | None = None  # where they are processed, ISO 3166-1 alpha-2
    place: Words = {}  # closer than a country, or instead of one
    regions: tuple[str, ...] | None = None  # of the customers it serves
    is_optional: bool | None = None
    mechanism: Mechanism | None = None
    mechanism_reference: str | None = None
    retention: Words = {}
    trains_models: bool | None = None
    endpoints: tuple[Endpoint, ...] | None = None
    responsibilities: Words = {}
    facility: Facility | None = None
    notes: tuple[Note, ...] = ()
    listed_since: date | None = None


class Subprocessor(_Value, frozen=True):
    """A company that has, or may have, access to service data. `parent` is who engaged it, when that is not we."""

    key: str
    legal_name: str
    kind: Kind
    engagements: tuple[Engagement, ...]
    known_as: str | None = None
    parent: str | None = None
    address: str | None = None
    country: str | None = None  # where it is established
    website: str | None = None
    contact: Contact | None = None
    data_protection_contact: str | None = None
    due_diligence: tuple[Diligence, ...] | None = None
    safeguards: tuple[Evidence, ...] | None = None
    agreements: tuple[VendorAgreement, ...] | None = None


class Block(_Value, frozen=True):
    """One piece of prose on the public page. A question stands among questions and answers."""

    key: str
    title: Words
    text: Words
    is_question: bool = False


class Place(_Value, frozen=True):
    """A region as the registry names it. Its codes are those of `tenancy.Region` where data are kept here."""

    code: str
    name: Words
    countries: tuple[str, ...] = ()


class Provider(_Value, frozen=True):
    """Who provides the service and answers for the list."""

    legal_name: str
    service: str
    address: str | None = None
    country: str | None = None
    website: str | None = None
    account_address: str | None = None  # where customers' accounts answer, as `*.example.org`
    privacy_email: str | None = None
    data_protection_officer: str | None = None


class Registry(_Value, frozen=True):
    """One whole version: the provider, the subprocessors with their engagements, and the prose around them."""

    provider: Provider
    regions: tuple[Place, ...]
    subprocessors: tuple[Subprocessor, ...]
    prose: tuple[Block, ...]
    stated_on: date | None = None  # the date an imported list states of itself
    sources: tuple[Source, ...] = ()
    notes: tuple[Note, ...] = ()
    is_example: bool = False


def parse_registry(text: str | bytes) -> Registry:
    """The document that a text says. Raises `msgspec.ValidationError`, with the place of what is wrong."""
    return json.decode(text, type=Registry)


def canonical(registry: Registry) -> str:
    """The one text of a document: equal documents have equal texts."""
    return json.encode(registry, order="deterministic").decode()


def digest(text: str) -> str:
    """SHA-256 of the canonical text, in hex."""
    return sha256(text.encode()).hexdigest()
