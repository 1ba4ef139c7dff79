"""Asking an object store: put, get, head, delete, list, and uploads in parts; each over the one gate.

Every question may be asked again, so what fails for a moment is. No answer is larger than `PIECE`.
"""

import hashlib
import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from uuid import UUID

from steward.lib.clock import machine_now
from steward.privacy.egress.conversing import Conversation
from steward.privacy.egress.http import LONGEST_BODY, Answer, Call, CallFailed, Fault, Method
from steward.privacy.egress.ledger import OPERATIONS
from steward.privacy.egress.s3 import answers
from steward.privacy.egress.s3.answers import Kept, Unfinished
from steward.privacy.egress.s3.buckets import Bucket
from steward.privacy.egress.s3.errors import StoreFault
from steward.privacy.egress.s3.signing import Signer, Unsigned, canonical_path, canonical_query

PURPOSE = "data.keep"
PIECE = LONGEST_BODY  # bytes of an object that are asked for at once
PATIENCE = 120.0  # seconds for one question
PAUSES = (0.5, 2.0)  # seconds before a question is asked again
_NOTHING = hashlib.sha256(b"").hexdigest()
_PASSING = frozenset({Fault.UNRESOLVED, Fault.UNREACHABLE, Fault.PROTOCOL, Fault.TOO_SLOW})


@dataclass(frozen=True, slots=True)
class Sender:
    """Whose data are sent, and which (fideslang keys); None for the installation's, which are everybody's."""

    account_id: UUID | None
    categories: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    method: Method
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = b""
    sender: Sender = Sender(None, OPERATIONS)


class Client:
    """One bucket, below its beginning. Used with `with`, by one thread, and never inside an account's scope.

    What is sent stands in the ledger of `sender`; questions that carry nothing of anybody are counted in the
    installation's.
    All methods raise `StoreFault`, `EgressDenied` or `InsideTransaction`.
    """

    def __init__(self, bucket: Bucket, sender: Sender | None = None) -> None:
        self.bucket = bucket
        self._sender = sender or Sender(None, OPERATIONS)
        self._signer = Signer(bucket.key_id, bucket.secret, bucket.region)
        self._sending, self._asking = Conversation(), Conversation()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def another(self) -> "Client":
        """One more of the same bucket and sender, for another thread."""
        return Client(self.bucket, self._sender)

    def close(self) -> None:
        """End the connections. Closing twice does nothing."""
        self._sending.close()
        self._asking.close()

    def put(self, key: str, content: bytes) -> None:
        """Keep these bytes under the key, in the place of what was there. It is there for good when this returns."""
        self._expect(self._send("PUT", key, {}, content), {200, 201, 204})

    def head(self, key: str) -> Kept | None:
        """What is known of an object; None when there is none."""
        answer = self._ask("HEAD", key)
        if answer.status == 404:
            return None
        self._expect(answer, {200})
        size, at = answer.headers.get("content-length", ""), answer.headers.get("last-modified", "")
        if not size.isdecimal():
            raise StoreFault("an answer without the size of the object")
        return Kept(key, int(size), answers.moment_of_header(at), answer.headers.get("etag", ""))

    def get(self, key: str, first: int = 0, size: int = PIECE, etag: str = "") -> bytes:
        """At most `size` bytes of an object from the `first` on. Raises FileNotFoundError where there is none.

        With `etag`, of that version and no other.
        """
        headers = {"range": f"bytes={first}-{first + size - 1}"} | ({"if-match": etag} if etag else {})
        answer = self._ask("GET", key, headers=headers)
        if answer.status == 404:
            raise FileNotFoundError(f"{self.bucket}/{key}")
        if answer.status == 416:  # it ends before that
            return b""
        self._expect(answer, {200, 206})
        # Some answer 200 to a part: what the header says counts.
        if not answer.headers.get("content-range", "bytes 0-").startswith(f"bytes {first}-"):
            raise StoreFault("an answer with another part of the object than was asked for")
        return answer.body

    def delete(self, key: str) -> None:
        """Let an object go; there may be none."""
        self._expect(self._ask("DELETE", key), {200, 202, 204, 404})

    def objects(self, beginning: str = "") -> Iterator[Kept]:
        """The objects whose keys begin so, by their keys; a thousand at a time."""
        yield from (each for page in self._pages(beginning, "") for each in page.objects)

    def folders(self, beginning: str = "") -> Iterator[str]:
        """What follows the beginning up to the next slash, of the objects that have one."""
        for page in self._pages(beginning, "/"):
            yield from (name.removeprefix(beginning).rstrip("/") for name in page.folders)

    def begin(self, key: str) -> str:
        """Begin an upload in parts; returns its number."""
        return answers.read_upload(self._expect(self._ask("POST", key, {"uploads": ""}), {200}).body)

    def send_part(self, key: str, upload: str, number: int, content: bytes) -> str:
        """Send the part of this number (from 1); returns what names it at the end."""
        query = {"partNumber": str(number), "uploadId": upload}
        return self._expect(self._send("PUT", key, query, content), {200}).headers.get("etag", "")

    def complete(self, key: str, upload: str, parts: list[str], size: int) -> None:
        """Put the parts together: now the object is there. `size` is what it must be."""
        body = answers.completed_parts(parts)
        answer = self._ask("POST", key, {"uploadId": upload}, body=body)
        if answer.status != 404:  # 404: an earlier question was carried out, and its answer lost
            answers.check_completed(self._expect(answer, {200}).body)
        kept = self.head(key)
        if kept is None or kept.size != size:
            raise StoreFault(f"an upload of {size} bytes is not there as a whole")

    def abort(self, key: str, upload: str) -> None:
        """Let go of the parts of an upload."""
        self._expect(self._ask("DELETE", key, {"uploadId": upload}), {200, 204, 404})

    def unfinished(self, beginning: str = "") -> list[Unfinished]:
        """Uploads that were begun below this beginning, and not finished; the first thousand."""
        query = {"uploads": "", "prefix": self.bucket.prefix + beginning}
        answer = self._ask("GET", "", query, whole=True)
        if answer.status == 404 and answers.fault_of(404, answer.body).args == ("NoSuchUpload",):
            return []  # how some say that there are none
        found = answers.read_uploads(self._expect(answer, {200}).body)
        mine = self.bucket.prefix
        return [Unfinished(one.key[len(mine) :], one.upload, one.at) for one in found if one.key.startswith(mine)]

    def _pages(self, beginning: str, delimiter: str) -> Iterator[answers.Listed]:
        mine, more = self.bucket.prefix, ""
        while True:
            query = {"list-type": "2", "prefix": mine + beginning}
            query |= {"delimiter": delimiter} if delimiter else {}
            query |= {"continuation-token": more} if more else {}
            page = answers.read_list(self._expect(self._ask("GET", "", query, whole=True), {200}).body)
            yield answers.Listed(
                tuple(Kept(one.key[len(mine) :], one.size, one.at, one.etag) for one in page.objects),
                tuple(name[len(mine) :] for name in page.folders),
                page.more,
            )
            if not page.more:
                return
            more = page.more

    def _send(self, method: Method, key: str, query: Mapping[str, str], content: bytes) -> Answer:
        path = self._path(key)
        return self._answered(
            self._sending,
            _Question(method=method, path=path, query=query, headers={}, body=content, sender=self._sender),
        )

    def _ask(
        self, method: Method, key: str, query: Mapping[str, str] | None = None, *, whole: bool = False, **more: Any
    ) -> Answer:
        path = self._path(None if whole else key)
        return self._answered(
            self._asking,
            _Question(method=method, path=path, query=query or {}, headers=more.pop("headers", {}), **more),
        )

    def _path(self, key: str | None) -> str:
        """Path-style, which every server knows; None for the bucket itself."""
        inside = "" if key is None else f"/{self.bucket.prefix}{key}"
        return canonical_path(f"/{self.bucket.name}{inside}")

    def _answered(self, conversation: Conversation, question: _Question) -> Answer:
        """The answer, asked for up to three times. Raises `StoreFault` when nobody answered."""
        for pause in (*PAUSES, None):
            try:
                answer = conversation.ask(self._call(question), seconds=PATIENCE)
            except CallFailed as failed:
                if failed.fault not in _PASSING or pause is None:
                    words = f"{self.bucket}: {failed}"
                    raise StoreFault(words, is_passing=failed.fault in _PASSING) from failed
            else:
                if pause is None or answer.status not in answers.PASSING:
                    return answer
            time.sleep(pause)
        raise AssertionError("the last try answers or raises")

    def _call(self, question: _Question) -> Call:
        unsigned = Unsigned(
            method=question.method,
            host=self.bucket.host,
            path=question.path,
            query=question.query,
            headers=question.headers,
            sha256=hashlib.sha256(question.body).hexdigest() if question.body else _NOTHING,
        )
        told = canonical_query(question.query)
        return Call(
            account_id=question.sender.account_id,
            purpose=PURPOSE,
            categories=question.sender.categories,
            url=f"{self.bucket.origin}{question.path}{'?' if told else ''}{told}",
            method=question.method,
            headers=self._signer.headers(unsigned, machine_now()),
            body=question.body,
        )

    def _expect(self, answer: Answer, statuses: Collection[int]) -> Answer:
        if answer.status not in statuses:
            fault = answers.fault_of(answer.status, answer.body)
            raise StoreFault(f"{self.bucket}: {fault}", is_passing=fault.is_passing, status=fault.status) from None
        return answer
