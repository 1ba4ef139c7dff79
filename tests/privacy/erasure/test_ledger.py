"""The ledger of erasures: durable, in order, and without a name."""

import json

import pytest

from steward.lib.ids import new_id
from steward.privacy.erasure.ledger import LedgerBroken, entries, ledger_path, write_down
from steward.privacy.inventory.stores import Extent

ELI = "eli@example.com"


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


def test_that_tickets_stay_is_written_down(ledger, northwind):
    entry = write_down(northwind.id, new_id(), Extent(contacts=(new_id(),), keeps_tickets=True))
    [read] = entries()
    assert read == entry
    assert read.extent.keeps_tickets
