"""What may be handed in as an agreement: PDF and DOCX, by what the bytes say and not by the name. Pure."""

import io
import zipfile
from dataclasses import dataclass, field
from enum import StrEnum

LARGEST = 10 * 1024**2  # bytes
PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ENDINGS = {PDF: "pdf", DOCX: "docx", "application/json": "json"}


class Problem(StrEnum):
    """Why a file is not taken."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    NEITHER = "neither"


class UploadRefused(ValueError):
    """The file is not taken."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.value)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that is taken. Its name is not kept."""

    content: bytes = field(repr=False)
    content_type: str


def read_upload(content: bytes) -> Upload:
    """The file, when it is a PDF or a DOCX of at most 10 MB. Raises `UploadRefused`."""
    if not content:
        raise UploadRefused(Problem.EMPTY)
    if len(content) > LARGEST:
        raise UploadRefused(Problem.TOO_LARGE)
    if content.startswith(b"%PDF-"):
        return Upload(content, PDF)
    if _is_docx(content):
        return Upload(content, DOCX)
    raise UploadRefused(Problem.NEITHER)


def _is_docx(content: bytes) -> bool:
    """Only the list of its members is read: nothing is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError):
        return False
    has_programs = any(name.lower().endswith("vbaproject.bin") for name in names)
    return {"[Content_Types].xml", "word/document.xml"} <= names and not has_programs
