"""Files of due diligence: taken in, read, and let go when nothing names them any more."""

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from enum import StrEnum

from django.db import transaction

from steward.files.sniffing import document_type, picture_type, text_type
from steward.lib.clock import now
from steward.privacy.egress.models import RegistryVersion
from steward.privacy.egress.registry.document import Paper, Registry, parse_registry
from steward.privacy.egress.registry.papers import filed_in
from steward.privacy.keys.cipher import decrypt_for_installation, encrypt_for_installation
from steward.privacy.subprocessors.models import KeptPaper, RegistryDraft

LARGEST = 10 * 1024**2  # bytes
LONGEST_TITLE = 200  # characters
_KEPT_UNNAMED = timedelta(days=1)  # a form that came back refused names it again when it is sent the next time


class Problem(StrEnum):
    """Why a file is not taken."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    NOT_READABLE = "not_readable"  # of no type that is taken


class PaperRefused(ValueError):
    """The file is not taken."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.value)
        self.problem = problem


class PaperMissing(LookupError):
    """A document names files that are not kept here; `papers` says which."""

    def __init__(self, papers: list[Paper]) -> None:
        super().__init__(", ".join(paper.title for paper in papers))
        self.papers = papers


def keep_paper(content: bytes) -> KeptPaper:
    """Keep the bytes of a file, encrypted; what is kept already is kept once. Raises `PaperRefused`."""
    content_type, at = _checked_type(content), now()
    kept = KeptPaper(
        sha256=hashlib.sha256(content).hexdigest(), size=len(content), content_type=content_type, added_at=at
    )
    # What is there counts as added now: until tomorrow nobody has to name it.
    if not KeptPaper.objects.filter(pk=kept.pk).update(added_at=at):
        kept.content = encrypt_for_installation(content, context=kept.content_context)
        KeptPaper.objects.bulk_create([kept], ignore_conflicts=True)
    return kept


def named_paper(kept: KeptPaper, title: str) -> Paper:
    """What a document says of a file. `title` is cut where it is too long."""
    return Paper(
        title=title[:LONGEST_TITLE],
        sha256=kept.sha256,
        size=kept.size,
        content_type=kept.content_type,
        added_on=kept.added_at.date(),
    )


def read_paper(sha256: str) -> bytes:
    """The bytes of a file. Raises `KeptPaper.DoesNotExist`, `KeyMissing` or `Tampered`."""
    kept = KeptPaper.objects.get(pk=sha256)
    return decrypt_for_installation(bytes(kept.content), context=kept.content_context)


def hold_papers(registry: Registry) -> None:
    """Let no file that the document names go before the transaction ends. Raises `PaperMissing`."""
    named = {one.paper.sha256: one.paper for one in filed_in(registry)}
    if not named:
        return
    rows = KeptPaper.objects.select_for_update(no_key=True).filter(pk__in=named).order_by("pk")
    kept = dict(rows.values_list("pk", "size"))
    if missing := [paper for sha256, paper in named.items() if kept.get(sha256) != paper.size]:
        raise PaperMissing(missing)


def forget_unnamed_papers() -> int:
    """Delete files that neither a version nor the draft names, a day after they were added; returns how many."""
    with transaction.atomic():
        old = KeptPaper.objects.filter(added_at__lt=now() - _KEPT_UNNAMED)
        # Who writes a document holds what it names: that is passed over, and named when it can be had.
        free = set(old.select_for_update(no_key=True, skip_locked=True).values_list("pk", flat=True))
        unnamed = free - set(_named()) if free else free
        return KeptPaper.objects.filter(pk__in=unnamed).delete()[0]


def _named() -> Iterator[str]:
    """The hashes of all files that are named. The draft first: what is published between both is in the versions."""
    for text in [*RegistryDraft.objects.values_list("document", flat=True), *_versions()]:
        yield from (one.paper.sha256 for one in filed_in(parse_registry(text)))


def _versions() -> Iterator[str]:
    yield from RegistryVersion.objects.values_list("document", flat=True).iterator()


def _checked_type(content: bytes) -> str:
    if not content:
        raise PaperRefused(Problem.EMPTY)
    if len(content) > LARGEST:
        raise PaperRefused(Problem.TOO_LARGE)
    found = document_type(content) or picture_type(content) or text_type(content)
    if found is None:
        raise PaperRefused(Problem.NOT_READABLE)
    return found
