"""The list of the demo, and what its accounts have sent: believable, the same each time, and never overwritten."""

from datetime import timedelta

import pytest

from steward.demo.registry import announce, begin, fill_ledger, is_own
from steward.demo.sample import sample_clock
from steward.lib.clock import now
from steward.privacy.egress.models import EgressEvent, RegistryVersion
from steward.privacy.egress.registry.faults import faults_of
from steward.privacy.egress.registry.standing import Bound
from steward.privacy.egress.registry.versions import published
from steward.privacy.subprocessors.listing import listing_at
from steward.privacy.subprocessors.prose import LANGUAGES
from steward.tenancy.models import DataCentre
from steward.tenancy.scope import account_scope

pytestmark = pytest.mark.django_db


def publish_all(wanted="own"):
    with sample_clock() as clock:
        begin(wanted, clock)
        announce(clock)


def test_one_change_is_announced_and_can_be_objected_to(northwind):
    publish_all()
    versions = published().versions
    assert [faults_of(version.registry) for version in versions] == [[], []]
    there_before = Bound(opened_at=now() - timedelta(days=45))
    listing = listing_at(published(), now(), there_before, region="eu")
    assert [row.subprocessor.key for row in listing.rows] == ["kelda", "postbode", "nightdesk"]
    [coming] = listing.coming
    assert coming.row is not None
    assert coming.row.subprocessor.key == "klarsvar"
    assert timedelta(days=17) < coming.stands_from - now() < timedelta(days=19)


def test_every_word_is_there_in_each_language(northwind):
    publish_all()
    registry = published().versions[-1].registry
    said = [place.name for place in registry.regions]
    said += [one.description for company in registry.subprocessors for one in company.engagements]
    assert all(set(words) == set(LANGUAGES) for words in said)


def test_a_second_start_changes_nothing(northwind):
    publish_all()
    publish_all()
    assert RegistryVersion.objects.count() == 2


def test_the_example_or_nothing_can_be_had_instead(northwind):
    publish_all("none")
    assert RegistryVersion.objects.count() == 0
    publish_all("example")
    assert RegistryVersion.objects.count() == 2
    assert not is_own()
    with pytest.raises(ValueError, match="STEWARD_DEMO_REGISTRY"):
        publish_all("mine")


def test_places_that_are_there_stay_as_they_are(northwind):
    before = list(DataCentre.objects.values_list())
    publish_all()
    assert list(DataCentre.objects.values_list()) == before


def test_the_ledger_is_the_same_each_time_and_has_refusals(northwind, contoso):
    publish_all()
    today, columns = now(), ("at", "host", "purpose", "is_allowed", "bytes")
    rows = []
    for _ in range(2):
        with account_scope(northwind.id):
            before = set(EgressEvent.objects.values_list("id", flat=True))
            fill_ledger(northwind, today)
            rows.append(list(EgressEvent.objects.exclude(id__in=before).order_by("at").values_list(*columns)))
    assert rows[0] == rows[1]
    assert len(rows[0]) > 36
    assert {is_allowed for *_, is_allowed, _size in rows[0]} == {True, False}
    assert max(row[0] for row in rows[0]) < today
