"""Files attached to a row of a form: those that are there, by their titles, and those that came with the form.

What came is kept at once, also when the form comes back refused: a browser never sends a file twice by itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from msgspec.structs import replace

from steward.privacy.egress.registry.document import Paper
from steward.privacy.subprocessors.access import kept_papers
from steward.privacy.subprocessors.actions import PaperRefused, keep_paper, named_paper
from steward.privacy.subprocessors.actions.papers import LARGEST, LONGEST_TITLE, Problem
from steward.privacy.subprocessors.words import enumeration

MOST = 10  # of one row
TAKEN = ".pdf,.docx,.png,.jpg,.jpeg,.gif,.webp,.txt,.md,.csv,.eml"
HELP = gettext_lazy(
    "Files: PDF, Word (DOCX), pictures, text or e-mail (EML), at most 10 MB each. Operators alone see them, never the "
    "public page. What lies elsewhere is named in words or by its address."
)
_REFUSALS = {
    Problem.EMPTY: gettext_lazy("“%(name)s” is empty."),
    Problem.TOO_LARGE: gettext_lazy(
        "“%(name)s” is larger than 10 MB. Save it smaller, or say where it lies instead of attaching it."
    ),
    Problem.NOT_READABLE: gettext_lazy(
        "“%(name)s” is none of these: PDF, Word document (DOCX) without programs in it, picture (PNG, JPEG, GIF, "
        "WebP), text in UTF-8, e-mail (EML). Save it as one of them."
    ),
}


@dataclass(frozen=True, slots=True)
class Received:
    """What came with a form, by the name of its field: files that are kept, and words about those that are not."""

    kept: dict[str, list[Paper]] = field(default_factory=dict)
    refused: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Attached:
    """One file of a row, as a page shows it. `name` begins the names of its fields."""

    name: str
    paper: Paper
    title: str
    is_out: bool = False


class Papers:
    """The files of one row. `value()` is what the document says of them."""

    def __init__(
        self, data: Mapping[str, Any] | None, received: Received, *, prefix: str, held: Sequence[Paper]
    ) -> None:
        self.name = f"{prefix}-papers"
        self.held = tuple(held)
        self.errors = [*received.refused.get(self.name, ())]
        self.rows = _numbered(self.name, self.held) if data is None else self._typed(data, received)
        if len(self.value()) > MOST:
            words = ngettext(
                "At most %(count)d file can be attached here. Take some out.",
                "At most %(count)d files can be attached here. Take some out.",
                MOST,
            )
            self.errors.append(words % {"count": MOST})

    def value(self) -> tuple[Paper, ...]:
        """Those that stay and those that came, each once."""
        there = {one.paper.sha256: replace(one.paper, title=one.title) for one in self.rows if not one.is_out}
        return tuple(there.values())

    @property
    def is_changed(self) -> bool:
        """Whether it says something else than what is stored, or something was refused."""
        return self.value() != self.held or bool(self.errors)

    @property
    def theirs(self) -> str | None:
        """The titles that the draft names now, where it names others."""
        if self.value() == self.held:
            return None
        return str(enumeration(one.title for one in self.held)) if self.held else _("no files")

    @property
    def taken(self) -> str:
        """What the browser offers to choose from."""
        return TAKEN

    def _typed(self, data: Mapping[str, Any], received: Received) -> list[Attached]:
        names = [f"{self.name}-{i}" for i in range(_count(data, self.name))]
        known = self._known([str(data.get(f"{name}-sha256", "")) for name in names])
        found = [self._one(data, name, known) for name in names]
        came = [Attached(self.name, one, one.title) for one in received.kept.get(self.name, ())]
        there: dict[str, Attached] = {}
        for one in (*filter(None, found), *came):  # the same file twice is one; taken out and sent anew, it stays
            if one.paper.sha256 not in there or there[one.paper.sha256].is_out:
                there[one.paper.sha256] = one
        return [Attached(f"{self.name}-{i}", one.paper, one.title, one.is_out) for i, one in enumerate(there.values())]

    def _known(self, hashes: Sequence[str]) -> dict[str, Paper]:
        """Those of the draft as it names them, and those that came with the form the time before."""
        held = {one.sha256: one for one in self.held}
        others = kept_papers(one for one in hashes if one not in held)
        return {key: named_paper(row, "") for key, row in others.items()} | held

    def _one(self, data: Mapping[str, Any], name: str, known: Mapping[str, Paper]) -> Attached | None:
        paper = known.get(str(data.get(f"{name}-sha256", "")))
        title = " ".join(str(data.get(f"{name}-title", "")).replace("\0", "").split())[:LONGEST_TITLE]
        if paper is None:
            self.errors.append(_("“%(name)s” is not kept any more. Attach it once more.") % {"name": title})
            return None
        return Attached(name, paper, title or paper.title or paper.sha256[:12], f"{name}-out" in data)


def receive(files: "MultiValueDict[str, UploadedFile[bytes]]") -> Received:
    """Keep every file of a form that can be kept."""
    received = Received()
    for name, uploads in files.lists():
        if not name.endswith("-papers"):
            continue
        for upload in uploads:
            _take(upload, name, received)
    return received


def _take(upload: "UploadedFile[bytes]", name: str, received: Received) -> None:
    called = " ".join((upload.name or "").split())
    try:
        if (upload.size or 0) > LARGEST:
            raise PaperRefused(Problem.TOO_LARGE)
        kept = named_paper(keep_paper(upload.read()), PurePath(called).stem.strip() or called)
    except PaperRefused as refusal:
        received.refused.setdefault(name, []).append(str(_REFUSALS[refusal.problem]) % {"name": called[:100]})
    else:
        received.kept.setdefault(name, []).append(kept)


def _numbered(name: str, papers: Sequence[Paper]) -> list[Attached]:
    return [Attached(f"{name}-{i}", paper, paper.title) for i, paper in enumerate(papers)]


def _count(data: Mapping[str, Any], name: str) -> int:
    told = str(data.get(f"{name}-count", ""))
    return min(int(told), 10 * MOST) if told.isascii() and told.isdigit() and len(told) < 5 else 0
