"""An owner leaves, and wants everything first and then nothing kept: one walk, with real servers."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest

from steward.testing.archives import unpacked
from steward.testing.installation import DOMAIN, PASSWORD
from steward.testing.leaving import House, Somebody, hidden, link, rows_of
from steward.testing.mail_servers import awaited
from steward.testing.s3 import StoreServer

pytestmark = pytest.mark.timeout(900)
START = datetime.now(UTC).replace(microsecond=0)
OWNER, WORD = "quilla@leaving.example", "Qzyxwv"
# Who writes to whom, and about what: the first of both must be found nowhere at the end.
CUSTOMERS = {"leaving": ("eli@customer.example", WORD), "staying": ("farah@customer.example", "lamp")}
MAIL = (
    "From: <{customer}>\r\nTo: {to}\r\nSubject: {subject}\r\nMessage-ID: <{subject}@x>\r\nMIME-Version: 1.0\r\n"
    "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nMy {word}.\r\n--b\r\n"
    "Content-Type: application/pdf\r\nContent-Disposition: attachment; filename=a.pdf\r\n\r\n{word} inside\r\n--b--\r\n"
)
# What the clock of jobs does each hour.
EXPIRE = "from steward.backups.upkeep import expire_backups; expire_backups()"
# Rows of somebody else that come and go by themselves, whatever happens beside them.
ELSEWHERE = {"live_presence"}


@pytest.fixture
def relay(child_processes: None, mail_server: Callable[..., Any]) -> Any:
    return mail_server(tls="none")


@pytest.fixture
def house(relay: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    store = StoreServer()
    made = House(store, relay.port, tmp_path_factory.mktemp("outside"))
    made.is_now(START)
    yield made
    made.remove()
    store.remove()


def test_an_owner_takes_everything_and_nothing_is_kept(house: House, relay: Any, actor: Callable[..., Any]) -> None:
    walk = Walk(house, relay, actor)
    walk.opens_an_account()
    walk.gets_mail_with_files()
    walk.backs_up()
    walk.takes_a_copy()
    walk.is_suspended_and_written_to_for_two_weeks()
    walk.orders_the_end_while_a_legal_hold_stands()
    walk.backs_up()
    walk.is_deleted_although_the_worker_is_killed()
    walk.reads_the_certificate()
    walk.finds_nothing()
    walk.is_deleted_again_by_a_machine_that_comes_back()
    walk.is_gone_with_the_last_backup()


class Walk:
    """One story, in the order of its methods."""

    def __init__(self, house: House, relay: Any, actor: Callable[..., Any]) -> None:
        self.house, self.relay, self.actor = house, relay, actor
        self.day = 0

    def visits(self, host: str, house: House | None = None) -> Somebody:
        return Somebody(self.actor("browser.py", str((house or self.house).port), host))

    def mail_about(self, subject: str) -> str:
        while f"Subject: {subject}" not in (mail := self.relay.mail(seconds=60)["mail"]):
            continue
        return str(mail)

    def passes(self, days: int) -> None:
        self.day += days
        self.house.is_now(START + timedelta(days=self.day))

    def writes_to(self, slug: str, subject: str) -> Any:
        to = f"support@{slug}.{DOMAIN}"
        customer, word = CUSTOMERS[slug]
        mail = MAIL.format(customer=customer, to=to, subject=subject, word=word)
        return self.client.ask(port=self.house.smtp_port, sender=customer, to=to, mail=mail)[0]

    def opens_an_account(self) -> None:
        self.house.set_up()
        zoe = ("--name", "Staying", "--owner", "zoe@staying.example")
        self.house.run("account", "create", "staying", *zoe, stdin=PASSWORD)
        self.house.run("keys", "backup", "--to", str(self.house.outside / "keys"))
        self.house.up()
        door = self.visits(DOMAIN)
        typed = {"company": "Leaving Ltd", "slug": "leaving", "name": "Quilla", "email": OWNER, "language": "en"}
        door.sends("/sign-up", **typed)
        confirm = link(self.mail_about("Confirm"), "/sign-up/")
        page = door.sees(confirm)
        shown = {name: hidden(page, name) for name in ("list_version", "registry_version") if hidden(page, name)}
        done = door.sends(confirm, password=PASSWORD, **shown)
        self.owner = self.visits(f"leaving.{DOMAIN}")
        self.owner.sends("/console/" + done["location"].partition("/console/")[2], status=302)
        [(account,)] = self.house.asked("SELECT id FROM tenancy_account WHERE slug = 'leaving'")
        [(other,)] = self.house.asked("SELECT id FROM tenancy_account WHERE slug = 'staying'")
        self.account, self.other = str(account), str(other)

    def gets_mail_with_files(self) -> None:
        self.client = self.actor("mail_client.py")
        for number in range(3):
            assert self.writes_to("leaving", f"Lamp-{number}") == 250
            assert self.writes_to("staying", f"Shade-{number}") == 250
        awaited(lambda: self.house.asked("SELECT count(*) FROM tickets_ticket") == [(6,)], seconds=60)
        due = (START + timedelta(days=300)).isoformat()
        bill = ("--number", "2026-7", "--amount", "49.00", "--currency", "EUR", "--due", due)
        self.house.run("invoice", "create", "--account", "leaving", *bill)

    def backs_up(self) -> None:
        assert "read back and whole" in self.house.run("backup")

    def backups(self) -> list[str]:
        kept = self.house.store.kept("backups")
        return sorted(key.partition("/")[0] for key in kept if key.endswith("/manifest.json"))

    def takes_a_copy(self) -> None:
        settings, archive = "/console/settings/privacy/copy", self.house.outside / "copy.zip"
        self.owner.sends(f"{settings}/order", on=settings)
        self.mail_about("The copy of everything is ready")
        page = self.owner.sends(f"{settings}/passphrase", on=settings, status=200)["text"]
        found = re.search(r'<code class="secret" dir="ltr">([^<]+)</code>', page)
        assert found
        self.owner.sees(f"{settings}/archive", to=str(archive))
        files = unpacked(archive.read_bytes(), found[1])
        archive.unlink()
        manifest = json.loads(files["manifest.json"])
        assert manifest["unreadable"] == 0
        for label, number in manifest["rows_in_the_database"].items():
            assert len(rows_of(files, label)) == number, label
        rows = self.house.rows(self.account)
        for label, table in (("tickets.Ticket", "tickets_ticket"), ("tickets.Message", "tickets_message"),
                             ("contacts.Contact", "contacts_contact"), ("tickets.Attachment", "tickets_attachment"),
                             ("email.RawMail", "email_rawmail")):  # fmt: skip
            assert len(rows_of(files, label)) == rows[table] > 0, label
        assert sum(f"{WORD} inside".encode() in content for content in files.values()) > 0

    def is_suspended_and_written_to_for_two_weeks(self) -> None:
        self.passes(1)
        self.house.run("account", "suspend", "leaving")
        before = self.house.rows(self.account)["tickets_ticket"]
        self.passes(13)
        assert self.writes_to("leaving", "Held") == 250
        assert self.writes_to("staying", "Still") == 250
        self.passes(2)
        assert self.writes_to("leaving", "Late") == 550
        awaited(lambda: self.house.rows(self.other)["tickets_ticket"] == 4)
        assert self.house.rows(self.account)["tickets_ticket"] == before, "it waits"

    def orders_the_end_while_a_legal_hold_stands(self) -> None:
        self.hold = json.loads(self.house.run("hold", "place", "--account", "leaving", "--basis", "claims"))["id"]
        self.passes(1)
        door = self.visits(DOMAIN)
        door.sends("/standing", account="leaving", email=OWNER)
        path = link(self.mail_about("Where your help desk stands"), "/standing/")
        door.sends(path, password=PASSWORD)
        door.sends("/standing/account/deletion", word="delete")
        self.house.run("account", "look-after")
        assert json.loads(self.house.run("account", "show", "leaving"))["stopped"]
        assert self.house.state("leaving") == "suspended"

    def is_deleted_although_the_worker_is_killed(self) -> None:
        house = self.house
        self.others = house.rows(self.other)
        self.key = house.data / "keys" / f"{self.account}.key"
        assert self.key.exists()
        assert all(house.mentions(word) for word in (*TRACES, self.account)), "who looks afterwards would see it"
        assert (house.data / "files" / self.account).is_dir()
        message = "SELECT 1 FROM tickets_message WHERE account_id = %s LIMIT 1 FOR UPDATE"
        with house.in_the_way(message, self.account, of="%lifecycle_delete_rows%"):
            house.run("hold", "lift", "--account", "leaving", self.hold)
        assert house.state("leaving") == "terminated"
        assert self.key.exists()
        half = house.rows(self.account)
        assert half["tickets_message"] > 0
        account = "SELECT 1 FROM tenancy_account WHERE id = %s FOR NO KEY UPDATE"
        with house.in_the_way(account, self.account, of='UPDATE "tenancy_account" SET%'):
            house.goes_on()
        assert house.rows(self.account) == {}
        assert not self.key.exists(), "killed between the key and the certificate"
        assert house.state("leaving") == "terminated"
        house.goes_on()
        house.becomes("leaving", "deleted")

    def reads_the_certificate(self) -> None:
        path = link(self.mail_about("Your help desk is deleted"), "/certificates/")
        door = self.visits(DOMAIN)
        page = door.sees(path)
        content = door.sees(f"{path}/deleted.json")
        told = json.loads(content)
        assert sha256(content.encode()).hexdigest() in page
        paper = self.house.outside / "certificate.pdf"
        door.sees(f"{path}/deleted.pdf", to=str(paper))
        assert paper.read_bytes().startswith(b"%PDF-")
        paper.unlink()
        assert told["ordered_by_an_owner"]
        stores = {one["store"]: one for one in told["stores"]}
        assert all(one["left"] == 0 and one["erased"] >= one["before"] > 0 for one in told["stores"]), stores
        assert stores["tickets_ticket"]["erased"] == 3
        assert stores["email_rawmail"]["erased"] == 4, "the mail that waited, too"
        assert stores["files"]["erased"] >= 3
        assert [one["number"] for one in told["invoices_kept_by_law"]] == ["2026-7"]
        ends = START + timedelta(days=self.day + 30)
        assert datetime.fromisoformat(told["backups"]["hold_until"]) == ends
        self.certificates = path

    def finds_nothing(self) -> None:
        house = self.house
        assert house.rows(self.account) == {}
        assert house.mentions(*TRACES) == {}
        named = house.mentions(self.account)
        assert set(named) <= KEPT, named
        assert house.files_that_mention(*TRACES) == []
        assert not (house.data / "files" / self.account).exists()
        ours, before = house.rows(self.other), self.others
        assert {t: n for t, n in ours.items() if t not in ELSEWHERE} == {
            t: n for t, n in before.items() if t not in ELSEWHERE
        }

    def is_deleted_again_by_a_machine_that_comes_back(self) -> None:
        other = self.house.moved("again", self.house.outside / "keys")
        try:
            said = other.run("restore", self.backups()[0])
            assert "1 accounts of the ledger were deleted again" in said
            other.up()
            assert other.rows(self.account) == {}
            assert other.mentions(*TRACES) == {}
            assert other.state("leaving") == "deleted"
            assert other.rows(self.other)["tickets_ticket"] == 3
            assert other.files_that_mention(*TRACES) == []
            self.visits(f"leaving.{DOMAIN}", other).sees("/console/sign-in", status=421)
            self.visits(f"staying.{DOMAIN}", other).sees("/console/sign-in")
        finally:
            other.remove()

    def is_gone_with_the_last_backup(self) -> None:
        self.passes(30)
        assert len(self.backups()) == 2
        self.house.run("django", "shell", "-c", EXPIRE)
        assert self.backups() == []
        self.passes(1)  # who looked too early looks again after an hour
        self.house.becomes("leaving", "gone")
        path = link(self.mail_about("Nothing of your help desk is left"), "/certificates/")
        told = json.loads(self.visits(DOMAIN).sees(f"{path}/gone.json"))
        assert path == self.certificates
        assert told["backups_checked"]["older_than_the_deletion"] == 0
        assert self.house.mentions(*TRACES) == {}
        assert set(self.house.mentions("Leaving Ltd")) <= {"lifecycle_accountcertificate", "lifecycle_keptinvoice"}


TRACES = (WORD, OWNER, CUSTOMERS["leaving"][0])
# Where the account is still named, by its id alone: what the certificate says that stays.
KEPT = {
    "tenancy_account", "lifecycle_standing", "lifecycle_departure", "lifecycle_accountcertificate",
    "lifecycle_keptinvoice", "people_operatoract",
}  # fmt: skip
