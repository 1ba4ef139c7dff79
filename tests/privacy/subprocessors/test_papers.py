"""Files of due diligence while they go and are named at the same moment, and what they are in the database."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection, transaction

from steward.lib.clock import now
from steward.privacy.egress.registry.changes import changes_between, engaged_in
from steward.privacy.egress.registry.document import (
    Area,
    Diligence,
    Engagement,
    Evidence,
    Kind,
    Paper,
    Provider,
    Registry,
    Safeguard,
    Subprocessor,
    VendorAgreement,
    canonical,
    parse_registry,
)
from steward.privacy.keys.errors import Tampered
from steward.privacy.subprocessors.actions import (
    PaperMissing,
    change_draft,
    forget_unnamed_papers,
    keep_paper,
    open_draft,
    read_paper,
)
from steward.privacy.subprocessors.models import KeptPaper

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
REPORT, OTHER = b"%PDF-1.7 report", b"Other words\n"


def naming(*papers: Paper) -> Registry:
    """A list of one company whose finding, safeguard and agreement have these files."""
    company = Subprocessor(
        key="relay",
        legal_name="Relay GmbH",
        kind=Kind.SERVICE,
        engagements=(Engagement(key="relay-mail", purposes=("mail.deliver",)),),
        due_diligence=(Diligence(area=Area.SECURITY, papers=papers),),
        safeguards=(Evidence(safeguard=Safeguard.TRAINING, papers=papers),),
        agreements=(VendorAgreement(version="1", effective_from=BEGAN, location="The safe", papers=papers),),
    )
    provider = Provider(legal_name="Host s.r.o.", service="Desk")
    return Registry(provider=provider, regions=(), subprocessors=(company,), prose=())


def kept(content: bytes = REPORT) -> Paper:
    """A file that is kept, as a document names it."""
    row = keep_paper(content)
    return Paper(
        title="Report", sha256=row.sha256, size=row.size, content_type=row.content_type, added_on=row.added_at.date()
    )


def elsewhere(work: Callable[[], object]) -> Future[object]:
    """Done by another connection, as by another process."""

    def run() -> object:
        try:
            return work()
        finally:
            connection.close()

    with_one = ThreadPoolExecutor(1)
    future = with_one.submit(run)
    with_one.shutdown(wait=False)
    return future


@pytest.mark.django_db(transaction=True)
def test_what_is_named_while_old_ones_go_stays() -> None:
    paper, other = kept(), keep_paper(OTHER)
    KeptPaper.objects.update(added_at=now() - timedelta(days=3))
    with transaction.atomic():
        change_draft(open_draft(operator_id=None), naming(paper), operator_id=None)
        assert elsewhere(forget_unnamed_papers).result(20) == 1, "the other one; this one is held, and passed over"
    assert forget_unnamed_papers() == 0
    assert read_paper(paper.sha256) == REPORT
    assert not KeptPaper.objects.filter(pk=other.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_what_went_a_moment_before_is_not_named() -> None:
    paper = kept()
    KeptPaper.objects.update(added_at=now() - timedelta(days=3))
    draft = open_draft(operator_id=None)
    with transaction.atomic():
        assert forget_unnamed_papers() == 1
        naming_it = elsewhere(lambda: change_draft(draft, naming(paper), operator_id=None))
        with pytest.raises(TimeoutError):
            naming_it.result(0.3)
    with pytest.raises(PaperMissing):
        naming_it.result(20)


@pytest.mark.django_db(transaction=True)
def test_what_is_attached_again_while_it_goes_is_kept() -> None:
    kept()
    KeptPaper.objects.update(added_at=now() - timedelta(days=3))
    with transaction.atomic():
        assert forget_unnamed_papers() == 1
        again = elsewhere(kept)
        with pytest.raises(TimeoutError):
            again.result(0.3)
    paper = again.result(20)
    assert isinstance(paper, Paper)
    assert read_paper(paper.sha256) == REPORT


@pytest.mark.django_db
def test_bytes_of_another_file_are_no_file() -> None:
    paper, other = kept(), kept(OTHER)
    KeptPaper.objects.filter(pk=paper.sha256).update(content=KeptPaper.objects.get(pk=other.sha256).content)
    with pytest.raises(Tampered):
        read_paper(paper.sha256)


@pytest.mark.django_db
def test_a_document_with_another_size_is_not_of_this_file() -> None:
    paper = kept()
    wrong = Paper(**{name: getattr(paper, name) for name in paper.__struct_fields__} | {"size": paper.size + 1})
    with pytest.raises(PaperMissing) as missing:
        change_draft(open_draft(operator_id=None), naming(wrong), operator_id=None)
    assert missing.value.papers == [wrong]


def test_files_change_nothing_that_is_public() -> None:
    paper = Paper(title="Report", sha256="ab" * 32, size=3, content_type="text/plain", added_on=date(2026, 1, 2))
    with_files = naming(paper)
    before, after = engaged_in(naming())["relay-mail"], engaged_in(with_files)["relay-mail"]
    assert paper.sha256 in canonical(with_files)
    assert [one.papers for one in after.subprocessor.due_diligence or ()] == [()]
    assert [one.papers for one in after.subprocessor.safeguards or ()] == [()]
    assert [(one.papers, one.location) for one in after.subprocessor.agreements or ()] == [((), None)]
    assert changes_between(before, after) == frozenset()


def test_documents_without_files_are_written_as_before() -> None:
    """Else the hash of every version there is would be another one."""
    text = canonical(naming())
    assert "papers" not in text
    assert canonical(parse_registry(text)) == text
