"""The files that a document of the registry names, beside it in a folder: written by its hash, and taken in again."""

import hashlib
import sys
from pathlib import Path

from steward.files.sniffing import ENDINGS
from steward.privacy.egress.registry.document import Paper, Registry
from steward.privacy.egress.registry.papers import filed_in
from steward.privacy.subprocessors.actions import PaperMissing, PaperRefused, keep_paper, read_paper
from steward.project.failure import Failure


def write_files(registry: Registry, folder: str | None) -> None:
    """Write each file once as `<SHA-256>.<ending>`; without a folder say what the document leaves out."""
    papers = _named(registry)
    if folder is None:
        if papers:
            print(f"The document names {len(papers)} files; --files FOLDER writes them, too.", file=sys.stderr)
        return
    place = Path(folder)
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        for paper in papers.values():
            (place / f"{paper.sha256}.{ENDINGS.get(paper.content_type, 'bin')}").write_bytes(read_paper(paper.sha256))
    except OSError as error:
        raise Failure(f"{folder} cannot be written: {error.strerror}.") from error
    print(f"{len(papers)} files are in {folder}, readable as they are: keep them safe.", file=sys.stderr)


def take_files(registry: Registry, folder: str | None) -> None:
    """Keep those files of a folder that the document names, whatever they are called there."""
    papers = _named(registry)
    if folder is None or not papers:
        return
    try:
        contents = [path.read_bytes() for path in sorted(Path(folder).iterdir()) if path.is_file()]
    except OSError as error:
        raise Failure(f"{folder} cannot be read: {error.strerror}.") from error
    for content in contents:
        if hashlib.sha256(content).hexdigest() in papers:
            _keep(content, papers)


def missing_words(missing: PaperMissing) -> str:
    """What to do about files that are not kept."""
    named = "\n".join(f"  {paper.title} ({paper.sha256})" for paper in missing.papers)
    return (
        f"The document names files that are not kept here:\n{named}\n"
        "Say with --files FOLDER where they lie, as `steward registry export --files` writes them, or take them out."
    )


def _keep(content: bytes, papers: dict[str, Paper]) -> None:
    try:
        keep_paper(content)
    except PaperRefused as refusal:
        paper = papers[hashlib.sha256(content).hexdigest()]
        raise Failure(f"{paper.title} cannot be kept: {refusal.problem.value}.") from refusal


def _named(registry: Registry) -> dict[str, Paper]:
    return {one.paper.sha256: one.paper for one in filed_in(registry)}
