"""From a draft to a version: who may, what stands then, and that no version ever changes."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, transaction
from msgspec import structs

from steward.lib.clock import now
from steward.people.operators import create_operator
from steward.privacy.egress.models import RegistryVersion
from steward.privacy.egress.registry.document import (
    Block,
    Engagement,
    Kind,
    Place,
    Provider,
    Registry,
    Subprocessor,
    parse_registry,
)
from steward.privacy.egress.registry.faults import Fault, Found
from steward.privacy.egress.registry.versions import published
from steward.privacy.subprocessors.actions import (
    DraftChanged,
    NeedsSecondPerson,
    NotApproved,
    NotEmpty,
    NotPublishable,
    NotThePast,
    Unreadable,
    approve_draft,
    change_draft,
    describe_draft,
    discard_draft,
    import_versions,
    open_draft,
    publish_draft,
)
from steward.privacy.subprocessors.example import example_versions
from steward.privacy.subprocessors.models import RegistryDraft

pytestmark = pytest.mark.django_db

ADA, BEN = uuid4(), uuid4()
RELAY = Engagement(key="relay", purposes=("mail.deliver",), categories=("user.content",))


def listing(*engagements: Engagement) -> Registry:
    company = Subprocessor(key="company", legal_name="Relay GmbH", kind=Kind.SERVICE, engagements=engagements)
    provider = Provider(legal_name="Host s.r.o.", service="Desk")
    return Registry(provider=provider, regions=(), subprocessors=(company,), prose=())


def publish(registry: Registry, *, by: UUID = ADA) -> RegistryVersion:
    draft = change_draft(open_draft(operator_id=by), registry, operator_id=by)
    return publish_draft(approve_draft(draft, operator_id=None), operator_id=None)


def test_the_first_version_stands_at_once_and_later_ones_give_notice() -> None:
    first, second = publish(listing()), publish(listing(RELAY))
    assert (first.number, first.binds_notice, first.effective_at) == (1, False, first.published_at)
    assert (second.number, second.binds_notice) == (2, True)
    assert second.effective_at == second.published_at + timedelta(days=30)
    assert [version.number for version in published().versions] == [1, 2]
    assert not RegistryDraft.objects.exists()


def test_a_new_draft_says_what_the_newest_version_says_and_there_is_one() -> None:
    publish(listing(RELAY))
    draft = open_draft(operator_id=ADA)
    assert parse_registry(draft.document) == listing(RELAY)
    assert open_draft(operator_id=BEN) == draft
    discard_draft(draft, operator_id=BEN)
    assert not RegistryDraft.objects.exists()


def test_who_wrote_it_cannot_approve_it_while_there_is_somebody_else(settings: object) -> None:
    settings.STEWARD_HOSTING = True  # type: ignore[attr-defined]
    ada, ben = (create_operator(f"{name}@hosting.test", password=None).user_id for name in ("ada2", "ben2"))
    draft = change_draft(open_draft(operator_id=ada), listing(), operator_id=ada)
    with pytest.raises(NeedsSecondPerson):
        approve_draft(draft, operator_id=ada)
    with pytest.raises(NotApproved):
        publish_draft(draft, operator_id=ada)
    version = publish_draft(approve_draft(draft, operator_id=ben), operator_id=ada)
    assert (version.drafted_by, version.approved_by) == (ada, ben)


def test_whoever_has_the_machine_is_nobody_else(settings: object) -> None:
    settings.STEWARD_HOSTING = True  # type: ignore[attr-defined]
    ada, ben = (create_operator(f"{name}@hosting.test", password=None).user_id for name in ("ada3", "ben3"))
    for writer in (ada, None):
        draft = change_draft(open_draft(operator_id=writer), listing(), operator_id=writer)
        with pytest.raises(NeedsSecondPerson):
            approve_draft(draft, operator_id=None)
    assert publish_draft(approve_draft(draft, operator_id=ben), operator_id=None).approved_by == ben


def test_a_change_after_the_approval_ends_it() -> None:
    draft = change_draft(open_draft(operator_id=ADA), listing(), operator_id=ADA)
    approve_draft(draft, operator_id=BEN)
    changed = change_draft(draft, listing(RELAY), operator_id=ADA)
    assert not changed.is_approved
    described = describe_draft(
        approve_draft(changed, operator_id=BEN), summary={"en": "More"}, effective_at=None, operator_id=ADA
    )
    assert not described.is_approved


def test_who_writes_over_somebody_elses_change_is_told() -> None:
    read = open_draft(operator_id=ADA)
    change_draft(read, listing(RELAY), operator_id=BEN, edition=read.edition)
    with pytest.raises(DraftChanged):
        change_draft(read, listing(), operator_id=ADA, edition=read.edition)
    with pytest.raises(DraftChanged):
        approve_draft(read, operator_id=ADA)


def test_what_has_faults_is_not_published() -> None:
    nameless = structs.replace(listing(), provider=Provider(legal_name=" ", service="Desk"))
    draft = change_draft(open_draft(operator_id=ADA), nameless, operator_id=ADA)
    with pytest.raises(NotPublishable) as refusal:
        approve_draft(draft, operator_id=BEN)
    assert refusal.value.found == [Found(Fault.NO_NAME, "provider")]
    faulty = structs.replace(RELAY, purposes=("mail.advertise",), description={"pl": "Poczta"})
    draft = change_draft(open_draft(operator_id=ADA), listing(faulty, faulty), operator_id=ADA)
    with pytest.raises(NotPublishable) as refusal:
        approve_draft(draft, operator_id=BEN)
    assert Found(Fault.UNKNOWN_PURPOSE, "relay", "mail.advertise") in refusal.value.found
    assert Found(Fault.TWICE, "relay") in refusal.value.found
    assert Found(Fault.NO_ENGLISH, "relay") in refusal.value.found


def test_a_later_date_can_be_wished_for_and_an_earlier_one_not() -> None:
    publish(listing())
    for days, expected in ((90, 90), (1, 30)):
        draft = change_draft(
            open_draft(operator_id=ADA), listing(structs.replace(RELAY, key=f"relay-{days}")), operator_id=ADA
        )
        wished = now() + timedelta(days=days)
        draft = describe_draft(draft, summary={}, effective_at=wished, operator_id=ADA)
        version = publish_draft(approve_draft(draft, operator_id=BEN), operator_id=BEN)
        assert abs(version.effective_at - version.published_at - timedelta(days=expected)) < timedelta(minutes=1)


def test_the_first_version_stands_at_once_whatever_day_was_wished_for() -> None:
    draft = change_draft(open_draft(operator_id=ADA), listing(RELAY), operator_id=ADA)
    draft = describe_draft(draft, summary={}, effective_at=now() + timedelta(days=90), operator_id=ADA)
    version = publish_draft(approve_draft(draft, operator_id=BEN), operator_id=BEN)
    assert version.effective_at == version.published_at


BRACES = Block(key="provider", title={"en": "Who"}, text={"en": "We are {company}."})


@pytest.mark.parametrize(
    "unreadable",
    [
        structs.replace(listing(), prose=(BRACES,)),
        structs.replace(listing(), prose=(structs.replace(BRACES, title={"pl": "{nobody}"}, text={"en": "We."}),)),
        listing(structs.replace(RELAY, key="relay/eu")),
        listing(structs.replace(RELAY, key="new")),
        structs.replace(listing(), regions=(Place(code="", name={"en": "Europe"}),)),
    ],
)
def test_what_no_page_could_show_is_neither_a_draft_nor_a_version(unreadable: Registry) -> None:
    with pytest.raises(Unreadable):
        change_draft(open_draft(operator_id=ADA), unreadable, operator_id=ADA)
    with pytest.raises(Unreadable):
        import_versions((structs.replace(unreadable, stated_on=date(2019, 10, 28)),))
    assert not RegistryVersion.objects.exists()


def test_lists_of_the_past_are_of_the_past_and_in_its_order() -> None:
    older, newer = example_versions()
    tomorrow = (now() + timedelta(days=1)).date()
    for wrong in ((newer, older), (older, older), (structs.replace(older, stated_on=tomorrow),), (listing(),)):
        with pytest.raises(NotThePast):
            import_versions(wrong)
    assert not RegistryVersion.objects.exists()


@pytest.mark.parametrize("change", [{"document": "{}"}, {"effective_at": datetime(2020, 1, 1, tzinfo=UTC)}])
def test_a_published_version_never_changes(change: dict[str, object]) -> None:
    publish(listing())
    with pytest.raises(DatabaseError), transaction.atomic():
        RegistryVersion.objects.update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        RegistryVersion.objects.all().delete()


def test_the_example_fills_an_empty_registry_and_no_other() -> None:
    made = import_versions(example_versions())
    assert [version.published_at.date() for version in made] == [date(2019, 10, 28), date(2024, 12, 13)]
    at_noon = datetime(2019, 10, 28, 12, tzinfo=UTC)
    first = published().as_of(at_noon)
    assert first
    assert first.number == 1
    assert published().as_of(datetime(2019, 10, 27, 23, 59, 59, tzinfo=UTC)) is None
    with pytest.raises(NotEmpty):
        import_versions(example_versions())
