"""What S3 says, read: lists, uploads and errors (https://docs.aws.amazon.com/AmazonS3/latest/API/)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from xml.etree import ElementTree as Xml

from steward.privacy.egress.s3.errors import StoreFault

PASSING = frozenset({408, 429, 500, 502, 503, 504})  # statuses of what may go well a moment later


@dataclass(frozen=True, slots=True)
class Kept:
    """An object: its key (below the beginning of the bucket), bytes, and when it came there."""

    key: str
    size: int
    at: datetime
    etag: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of a list. `more` is the token of the next, empty at the end."""

    objects: tuple[Kept, ...]
    folders: tuple[str, ...]
    more: str


@dataclass(frozen=True, slots=True)
class Unfinished:
    """An upload in parts that nobody has finished."""

    key: str
    upload: str
    at: datetime


def read_list(body: bytes) -> Listed:
    """The answer of ListObjectsV2; keys are whole. Raises `StoreFault`."""
    root = _document(body, "ListBucketResult")
    objects = tuple(_kept(each) for each in _all(root, "Contents"))
    folders = tuple(_text(each, "Prefix") for each in _all(root, "CommonPrefixes"))
    is_cut = _text(root, "IsTruncated") == "true"
    return Listed(objects, folders, _text(root, "NextContinuationToken") if is_cut else "")


def read_uploads(body: bytes) -> tuple[Unfinished, ...]:
    """The answer of ListMultipartUploads, its first thousand. Raises `StoreFault`."""
    root = _document(body, "ListMultipartUploadsResult")
    return tuple(
        Unfinished(_text(each, "Key"), _text(each, "UploadId"), _moment(_text(each, "Initiated")))
        for each in _all(root, "Upload")
    )


def read_upload(body: bytes) -> str:
    """The number of the upload that was begun. Raises `StoreFault`."""
    found = _text(_document(body, "InitiateMultipartUploadResult"), "UploadId")
    if not found:
        raise StoreFault("an answer without the number of the upload")
    return found


def check_completed(body: bytes) -> None:
    """Raises `StoreFault` where an upload was not put together: that may come with status 200."""
    root = _parsed(body)
    if _name(root) == "Error":
        raise StoreFault(_told(root), is_passing=_text(root, "Code") in {"InternalError", "SlowDown"})


def completed_parts(etags: list[str]) -> bytes:
    """What CompleteMultipartUpload is asked with."""
    root = Xml.Element("CompleteMultipartUpload")
    for number, etag in enumerate(etags, start=1):
        part = Xml.SubElement(root, "Part")
        Xml.SubElement(part, "PartNumber").text = str(number)
        Xml.SubElement(part, "ETag").text = etag
    return Xml.tostring(root)


def fault_of(status: int, body: bytes) -> StoreFault:
    """What an answer that is no success means. Never repeats what was asked for."""
    try:
        words = _told(_parsed(body))
    except StoreFault:
        words = ""
    return StoreFault(words or f"status {status}", is_passing=status in PASSING, status=status)


def moment_of_header(text: str) -> datetime:
    """The moment of a `Last-Modified` header. Raises `StoreFault`."""
    try:
        return parsedate_to_datetime(text).astimezone(UTC)
    except (ValueError, TypeError) as error:
        raise StoreFault("an answer without the moment of the object") from error


def _kept(each: Xml.Element) -> Kept:
    try:
        size = int(_text(each, "Size"))
    except ValueError as error:
        raise StoreFault("a list without sizes") from error
    return Kept(_text(each, "Key"), size, _moment(_text(each, "LastModified")), _text(each, "ETag"))


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError as error:
        raise StoreFault("a list without moments") from error


def _document(body: bytes, name: str) -> Xml.Element:
    root = _parsed(body)
    if _name(root).removesuffix("Result") != name.removesuffix("Result"):  # some servers leave that out
        raise StoreFault("an answer that was not asked for")
    return root


def _parsed(body: bytes) -> Xml.Element:
    # No entities and no document type: nothing unfolds, and nothing is fetched. In UTF-16 they would look otherwise.
    if b"<!" in body or b"\0" in body:
        raise StoreFault("an answer in a form that S3 does not have")
    try:
        return Xml.fromstring(body)  # noqa: S314  bounded by the client, and without a document type
    except Xml.ParseError as error:
        raise StoreFault("an answer that is no XML") from error


def _told(root: Xml.Element) -> str:
    """`AccessDenied`, and not the message: that may repeat names and keys."""
    return _text(root, "Code")


def _name(element: Xml.Element) -> str:
    return element.tag.rpartition("}")[2]


def _all(root: Xml.Element, name: str) -> Iterator[Xml.Element]:
    return (each for each in root if _name(each) == name)


def _text(root: Xml.Element, name: str) -> str:
    return next(((each.text or "") for each in _all(root, name)), "")
