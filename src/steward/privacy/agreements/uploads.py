"""What may be handed in as an agreement: PDF and DOCX, by what the bytes say and not by the name. Pure."""

from dataclasses import dataclass, field
from enum import StrEnum

from steward.files.sniffing import DOCX, PDF, document_type

LARGEST = 10 * 1024**2  # bytes
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
    content_type = document_type(content)
    if content_type is None:
        raise UploadRefused(Problem.NEITHER)
    return Upload(content, content_type)
