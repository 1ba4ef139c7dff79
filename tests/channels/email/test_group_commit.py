"""One commit for many mails, and no mail that harms another."""

import asyncio
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from django.db import OperationalError

from steward.channels.email.group_commit import MOST_MAILS, GroupCommit, Store
from steward.channels.email.models import RawMail
from steward.channels.email.spool import Spooled

ACCOUNT = uuid4()


def mail(key: str, size: int = 1) -> Spooled:
    return Spooled(
        source=RawMail.Source.SMTP,
        source_key=key,
        account_id=ACCOUNT,
        envelope_from="",
        envelope_to=(),
        client={},
        raw=b"x" * size,
    )


class Recording:
    """A place to store in: notes each batch, waits for `gate`, fails as it is told."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.gate = threading.Event()
        self.gate.set()
        self.poison: dict[str, Exception] = {}

    def store(self, mails: Sequence[Spooled]) -> None:
        keys = [each.source_key for each in mails]
        self.batches.append(keys)
        assert self.gate.wait(10)
        for key in keys:
            if key in self.poison:
                raise self.poison[key]


async def put_all(store: Store, groups: Sequence[Sequence[Spooled]]) -> list[BaseException | None]:
    with ThreadPoolExecutor(1) as executor:
        commits = GroupCommit(store, executor)
        return await asyncio.gather(*(commits.put(group) for group in groups), return_exceptions=True)


def test_what_comes_during_a_commit_is_written_by_the_next() -> None:
    place = Recording()

    async def scene() -> None:
        with ThreadPoolExecutor(1) as executor:
            commits = GroupCommit(place.store, executor)
            place.gate.clear()
            first = asyncio.create_task(commits.put([mail("1")]))
            while not place.batches:
                await asyncio.sleep(0.001)
            others = [asyncio.create_task(commits.put([mail(key)])) for key in "234"]
            await asyncio.sleep(0.01)
            assert not first.done()  # nobody is told before the commit
            place.gate.set()
            await asyncio.gather(first, *others)

    asyncio.run(scene())
    assert place.batches == [["1"], ["2", "3", "4"]]


def test_a_batch_has_an_end() -> None:
    place = Recording()
    asyncio.run(put_all(place.store, [[mail(str(number))] for number in range(250)]))
    assert [len(batch) for batch in place.batches] == [MOST_MAILS, MOST_MAILS, 50]


def test_large_mails_go_in_small_batches() -> None:
    place = Recording()
    asyncio.run(put_all(place.store, [[mail(str(number), 20 * 2**20)] for number in range(5)]))
    assert [len(batch) for batch in place.batches] == [2, 2, 1]


def test_one_bad_mail_harms_no_other() -> None:
    place = Recording()
    place.poison["2"] = ValueError("bad")
    results = asyncio.run(put_all(place.store, [[mail("1")], [mail("2")], [mail("3")]]))
    assert [type(result) for result in results] == [type(None), ValueError, type(None)]


def test_mails_of_one_transaction_share_its_fate() -> None:
    place = Recording()
    place.poison["b"] = ValueError("bad")
    results = asyncio.run(put_all(place.store, [[mail("a"), mail("b")], [mail("c")]]))
    assert [type(result) for result in results] == [ValueError, type(None)]


def test_without_a_database_nobody_tries_one_by_one() -> None:
    place = Recording()
    place.poison["1"] = OperationalError("gone")
    results = asyncio.run(put_all(place.store, [[mail(key)] for key in "123"]))
    assert [type(result) for result in results] == [OperationalError] * 3
    assert len(place.batches) == 1


def test_a_client_that_went_away_stops_nobody() -> None:
    place = Recording()

    async def scene() -> None:
        with ThreadPoolExecutor(1) as executor:
            commits = GroupCommit(place.store, executor)
            place.gate.clear()
            gone, here = (asyncio.create_task(commits.put([mail(key)])) for key in "12")
            while not place.batches:
                await asyncio.sleep(0.001)
            gone.cancel()
            place.gate.set()
            await here
            with pytest.raises(asyncio.CancelledError):
                await gone

    asyncio.run(scene())
