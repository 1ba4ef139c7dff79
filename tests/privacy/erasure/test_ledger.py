"""The ledger of erasures: durable, in order, and without a name."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from fcntl import LOCK_EX, LOCK_UN, flock
from time import sleep

import pytest

from steward.lib.clock import now
from steward.lib.ids import new_id
from steward.privacy.erasure.ledger import (
    beginning,
    entries,
    head,
    ledger_path,
    redactions,
    trim,
    write_down,
    write_redaction,
)
from steward.privacy.erasure.ledger_lines import LedgerBroken
from steward.privacy.inventory.stores import Extent
from steward.privacy.keys.durable import replace

ELI = "eli@example.com"
DAY = 24 * 60  # minutes


@pytest.fixture
def ledger(tmp_path, settings):
    settings.STEWARD_LEDGER = str(tmp_path / "second")
    return ledger_path()


def write(account, number=1):
    return [
        write_down(account.id, new_id(), Extent(tickets=(new_id(),), contacts=(new_id(),), addresses=(ELI,)))
        for _ in range(number)
    ]


def test_lines_follow_from_each_other_and_can_be_read_from_any_on(ledger, northwind):
    written = write(northwind, 3)
    assert list(entries()) == written
    assert list(entries(after=2)) == written[2:]
    assert [entry.number for entry in written] == [1, 2, 3]


def test_it_names_nobody_and_only_we_may_read_it(ledger, northwind):
    write(northwind)
    assert ELI not in ledger.read_text()
    assert ledger.stat().st_mode & 0o777 == 0o600


def test_one_address_is_known_again_in_one_account_only(ledger, northwind, contoso):
    [one], [other], [again] = write(northwind), write(contoso), write(northwind)
    assert one.addresses == again.addresses != other.addresses


@pytest.mark.parametrize("change", ["changed", "missing", "garbage"])
def test_a_line_that_was_touched_is_found(ledger, northwind, change):
    write(northwind, 3)
    first, second, third = ledger.read_text().splitlines()
    emptied = json.dumps(json.loads(second) | {"tickets": []}, separators=(",", ":"), sort_keys=True)
    spoiled = {
        "changed": [first, emptied, third],
        "missing": [first, third],
        "garbage": [first, second[:20], third],
    }  # fmt: skip
    ledger.write_text("\n".join(spoiled[change]) + "\n")
    with pytest.raises(LedgerBroken) as found:
        list(entries())
    assert found.value.line == (3 if change == "changed" else 2)


def test_a_line_cut_by_the_loss_of_power_gives_way_to_the_next(ledger, northwind):
    [first] = write(northwind)
    with ledger.open("a") as file:
        file.write('{"number":2,"acc')
    [second] = write(northwind)
    assert list(entries()) == [first, second]


def test_lines_longer_than_what_is_read_at_once_from_the_end(ledger, northwind):
    long = [write_down(northwind.id, new_id(), Extent(tickets=tuple(new_id() for _ in range(4_000)))) for _ in range(2)]
    with ledger.open("a") as file:
        file.write('{"number":3,' + "x" * 200_000)
    [short] = write(northwind)
    assert list(entries()) == [*long, short]


def test_lines_older_than_every_backup_are_let_go_of_and_the_chain_goes_on(ledger, northwind, clock):
    old = write(northwind, 3)
    clock(31 * DAY)
    [young] = write(northwind)
    clock(32 * DAY)
    ended = head()
    assert trim(now() - timedelta(days=31)) == 3
    assert list(entries()) == [young]
    assert (beginning(), head()) == (old[-1].position, ended)
    [next_one] = write(northwind)
    assert next_one.previous == young.digest
    assert list(entries()) == [young, next_one]
    assert trim(now() - timedelta(days=31)) == 0


def test_a_ledger_of_old_lines_only_still_knows_where_it_ends(ledger, northwind, clock):
    write(northwind, 2)
    ended = head()
    clock(40 * DAY)
    assert trim(now() - timedelta(days=31)) == 2
    assert (list(entries()), beginning(), head()) == ([], ended, ended)
    [line] = write(northwind)
    assert (line.number, line.previous) == (3, ended.digest)


def test_a_ledger_that_was_touched_is_not_trimmed(ledger, northwind, clock):
    write(northwind, 3)
    first, _, third = ledger.read_text().splitlines()
    ledger.write_text(f"{first}\n{third}\n")
    clock(40 * DAY)
    with pytest.raises(LedgerBroken):
        trim(now())
    assert len(ledger.read_text().splitlines()) == 2


def test_who_waits_for_the_lock_while_lines_go_writes_into_the_new_file(ledger, northwind, clock):
    write(northwind)
    clock(40 * DAY)
    with ledger.open() as held:
        flock(held, LOCK_EX)
        with ThreadPoolExecutor(1) as other:
            waiting = other.submit(write_down, northwind.id, new_id(), Extent(tickets=(new_id(),)))
            sleep(0.2)
            replace(ledger, ledger.read_bytes())
            flock(held, LOCK_UN)
            line = waiting.result(timeout=10)
    assert list(entries())[-1] == line


def test_a_redaction_is_written_without_its_words(ledger, northwind):
    write(northwind)
    line = write_redaction(northwind.id, new_id(), new_id(), ["4111 1111 1111 1111"], "card")
    assert list(redactions()) == [line]
    assert line.words[0][0] == 19
    assert "4111" not in ledger.read_text()
    assert len(list(entries())) == 1


def test_that_tickets_stay_is_written_down(ledger, northwind):
    entry = write_down(northwind.id, new_id(), Extent(contacts=(new_id(),), keeps_tickets=True))
    [read] = entries()
    assert read == entry
    assert read.extent.keeps_tickets
