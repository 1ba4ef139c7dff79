"""Somebody who leaves a marker in every place a person can, by the ways people have; and the search for what is left.

`NAMED` stands in whatever says who they are, `SAID` in whatever they wrote, sent, or others wrote about their matter in
their own tickets. Others mention neither in their own words: that is for an agent to look at.
"""

import subprocess
from collections import defaultdict
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from uuid import UUID

from django.conf import settings
from django.core.files.storage import default_storage

from steward.channels.email import spool
from steward.channels.email.models import MailAccount, RawMail
from steward.channels.email.spool import Spooled
from steward.contacts.models import Contact, ContactAddress
from steward.files.actions import read_file
from steward.files.models import File
from steward.lib.actor import SYSTEM
from steward.notifications.actions import change_defaults
from steward.notifications.wishes import Kind, Wish
from steward.outbox.actions import note_bounce
from steward.outbox.models import OutgoingMail, State
from steward.people.access import actor_of
from steward.people.models import Membership
from steward.privacy.consent.actions import Proof, give, withdraw
from steward.privacy.consent.purposes import add_purpose
from steward.privacy.egress import wall
from steward.privacy.erasure.ledger import ledger_path
from steward.privacy.keys.cipher import decrypt
from steward.project.postgres import binaries
from steward.tenancy.scope import account_scope
from steward.testing import cast, environment
from steward.testing.jobs import run_jobs
from steward.testing.letters import mail_of, receive
from steward.tickets.actions import add_note, assign_ticket, reply_to_ticket
from steward.tickets.actions.drafting import attach_to_draft, draft_for_files, save_draft
from steward.tickets.actions.replying import Writing
from steward.tickets.conversation import Correspondent
from steward.tickets.models import Ticket

NAMED, SAID = "zqnamed", "zqsaid"
NAME = "Zqnamedanna Zqnamedson"
ADDRESSES = ("zqnamed.one@zqnamedhost.example", "Zqnamed.Two@zqnamedhost.example", "zqnamed3@zqnamedother.example")
SAYS = f"{SAID} in so many words"
TO_ALL = {kind: Wish() for kind in Kind.values}


def plant(slug: str = "northwind") -> Contact:
    """Leave the markers in an account of the cast; the answer is who left them, with three addresses."""
    account = cast.account(slug)
    for key in list(_stored(str(account.id))):
        default_storage.delete(key)  # of tests before: their rows are gone, and bytes are not
    support, ben = cast.mail_account(account.id, "support"), cast.member(account.id, "Ben")
    with account_scope(account.id):
        MailAccount.objects.update(answers_automatically=True)
        change_defaults(TO_ALL, shows_text=True, actor=SYSTEM)
    ticket = _write_in(support)
    contact = _with_other_addresses(ticket)
    _work_on(ticket, contact, ben)
    _come_into(_ticket_of_somebody_else(support), contact, support, ben)
    _consent(contact)
    run_jobs()
    store_waiting(support)
    return contact


def _consent(contact: Contact) -> None:
    """They said yes by telephone, and took it back."""
    with account_scope(contact.account_id):
        words = {"en": {"name": "News", "text": "We write to you once a month."}}
        purpose = add_purpose("lamp-news", "newsletter", words, actor=SYSTEM)
        give(contact, purpose, Proof(channel="call", note=f"{SAID} rang"), actor=SYSTEM)
        withdraw(contact, purpose, how="call", note=f"{SAID} rang again", actor=SYSTEM)


def found(mark: str, slug: str = "northwind") -> dict[str, list[str]]:
    """Where the marker still is: tables of the dump, encrypted columns, files, the ledger; with the lines."""
    places: dict[str, list[str]] = defaultdict(list)
    for place, text in _everything(cast.account(slug).id):
        if mark in text.lower():
            at = text.lower().index(mark)
            places[place].append(text[max(0, at - 60) : at + 60])
    return dict(places)


def store_waiting(support: MailAccount) -> None:
    """A mail that lies in the spool and was not read yet."""
    raw = _mail(support.address, subject="Waiting").as_bytes(policy=policy.SMTP)
    spool.store(
        [Spooled(RawMail.Source.SMTP, "zq waiting", support.account_id, ADDRESSES[1], (support.address,), {}, raw)]
    )


def _write_in(support: MailAccount) -> Ticket:
    """One mail that comes twice, by two ways, with markers in the head, the body and a file."""
    raw = _mail(support.address, subject=f"About {SAID}").as_bytes(policy=policy.SMTP)
    client = {"ip": "203.0.113.77", "helo": "zqnamedhelo.example"}
    [came] = receive(support, raw, envelope_from=ADDRESSES[0], source=RawMail.Source.SMTP, client=client)
    [again] = receive(support, raw, envelope_from="", source=RawMail.Source.IMAP)
    assert again.raw.state == RawMail.State.KNOWN
    assert came.message is not None
    run_jobs()
    with account_scope(support.account_id):
        return Ticket.objects.select_related("requester", "department").get(pk=came.message.ticket_id)


def _mail(to: str, *, subject: str, sender: str = ADDRESSES[0], cc: str = "", answers: str = "") -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = f"{NAME} <{sender}>", to, subject
    mail["Message-ID"] = f"<{NAMED}.{abs(hash((subject, sender)))}@zqnamedhost.example>"
    mail["Date"] = "Mon, 05 Jan 2026 10:00:00 +0000"
    mail["X-Sender"], mail["Organization"] = f"{NAMED} header", f"{NAMED} and sons"
    if cc:
        mail["Cc"] = cc
    if answers:
        mail["In-Reply-To"] = mail["References"] = f"<{answers}>"
    mail.set_content(f"Hello, {SAYS}.\n")
    mail.add_alternative(f"<p>Hello, <b>{SAYS}</b>.</p>", subtype="html")
    mail.add_attachment(f"{SAID} in a file".encode(), maintype="text", subtype="plain", filename=f"{SAID}.txt")
    return mail


def _with_other_addresses(ticket: Ticket) -> Contact:
    with account_scope(ticket.account_id):
        for address in ADDRESSES[1:]:
            ContactAddress.objects.create(contact=ticket.requester, value=address, folded=address.lower())
    contact: Contact = ticket.requester
    return contact


def _work_on(ticket: Ticket, contact: Contact, ben: Membership) -> None:
    """What agents do in a ticket of the person: answers, notes, files, drafts, a mail that comes back."""
    with account_scope(ticket.account_id):
        ada, cleo = (Membership.objects.get(name=name) for name in ("Ada", "Cleo"))
        assign_ticket(ticket, ben, actor=actor_of(ada))
        theirs = Correspondent(contact.name, ADDRESSES[0])
        answer = reply_to_ticket(ticket, Writing(f"<p>{SAYS}</p>"), author=ben, actor=actor_of(ben), to=[theirs])
        add_note(ticket, Writing(f"<p>Note of {SAID}</p>"), author=ben, actor=actor_of(ben))
        save_draft(ada, ticket, {"body_html": f"<p>Draft of {SAID}</p>", "cc": f"{NAME} <{ADDRESSES[1]}>"})
        attach_to_draft(draft_for_files(ada, ticket), f"{SAID}-draft.txt", f"{SAID} in a draft".encode(), "text/plain")
        alone = {"to": f"{NAME} <{ADDRESSES[2]}>", "subject": f"New {SAID}", "body_html": f"<p>{SAID}</p>"}
        save_draft(cleo, None, alone)
    sent = mail_of(answer).row
    with account_scope(ticket.account_id):
        OutgoingMail.objects.filter(pk=sent.pk).update(state=State.SENT, next_attempt_at=None)
        note_bounce(sent.pk, recipients=[ADDRESSES[0]], bounced=ADDRESSES[0], words=f"no {NAMED} here")


def _ticket_of_somebody_else(support: MailAccount) -> Ticket:
    """Farah's, who copies the person in."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Farah Nasser <farah@example.net>", support.address, "Two lamps"
    mail["Cc"], mail["Message-ID"] = f"{NAME} <{ADDRESSES[1]}>, Omar <omar@example.com>", "<lamps@example.net>"
    mail.set_content("Both lamps are broken.\n")
    [came] = receive(support, mail.as_bytes(policy=policy.SMTP), envelope_from="farah@example.net")
    assert came.message is not None
    ticket: Ticket = came.message.ticket
    return ticket


def _come_into(ticket: Ticket, contact: Contact, support: MailAccount, ben: Membership) -> None:
    """The person is answered along with Farah, writes in her ticket, and she is answered below their words."""
    farah = Correspondent("Farah Nasser", "farah@example.net")
    with account_scope(ticket.account_id):
        ticket, actor = Ticket.objects.get(pk=ticket.pk), actor_of(ben)
        copied = [Correspondent(contact.name, ADDRESSES[0])]
        both = reply_to_ticket(
            ticket, Writing("<p>New lamps come.</p>"), author=ben, actor=actor, to=[farah], cc=copied
        )
    sent = mail_of(both)
    raw = _mail(support.address, subject="Re: Two lamps", answers=sent.message_id).as_bytes(policy=policy.SMTP)
    [came] = receive(
        support, raw, envelope_from=ADDRESSES[0], envelope_to=[str(sent.read["Reply-To"].addresses[0].addr_spec)]
    )
    assert came.message is not None
    assert came.message.ticket_id == ticket.pk
    with account_scope(ticket.account_id):
        OutgoingMail.objects.filter(pk=sent.row.pk).update(state=State.SENT, next_attempt_at=None)
        ticket = Ticket.objects.get(pk=ticket.pk)
        last = reply_to_ticket(ticket, Writing("<p>They came.</p>"), author=ben, actor=actor_of(ben), to=[farah])
        save_draft(ben, ticket, {"body_html": "<p>More lamps?</p>", "cc": f"{NAME} <{ADDRESSES[0]}>, omar@example.com"})
    mail_of(last)


def _everything(account_id: UUID) -> Iterator[tuple[str, str]]:
    """Each line of the dump under its table, and whatever is encrypted in the clear."""
    yield from _dumped()
    with account_scope(account_id):
        for raw in RawMail.objects.all():
            yield "content of email_rawmail", _opened(spool.read(raw))
        for mail in OutgoingMail.objects.exclude(content=b""):
            content = decrypt(account_id, bytes(mail.content), context=mail.content_context)
            yield "content of outbox_outgoingmail", _opened(content)
        files = list(File.objects.all())
    for file in files:
        yield "stored files", b"".join(read_file(file)).decode("utf-8", "replace")
    known = {file.storage_key for file in files}
    for key in _stored(str(account_id)):
        if key not in known:
            yield "stored files", f"{NAMED} {SAID}: bytes without a row at {key}"
    if ledger_path().exists():
        yield "ledger", ledger_path().read_text()
    yield from _logs()


def _dumped() -> Iterator[tuple[str, str]]:
    """The database as its superuser dumps it: row-level security hides nothing."""
    command = [str(binaries() / "pg_dump"), "--data-only", environment.maintenance(environment.database_name())]
    with wall.allow_child("the dump is searched"):
        dumped = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    table = ""
    for line in dumped.splitlines():
        if line.startswith("COPY "):
            table = line.split()[1].removeprefix("public.")
        yield f"dump of {table}", line


def _opened(content: bytes) -> str:
    """A mail with its parts decoded."""
    parts = [part.get_payload(decode=True) for part in message_from_bytes(content).walk()]
    texts = [part.decode("utf-8", "replace") for part in parts if isinstance(part, bytes)]
    head = message_from_bytes(content, policy=policy.default).items()
    return " ".join([f"{name}: {value}" for name, value in head] + texts)


def _stored(folder: str) -> Iterator[str]:
    if default_storage.exists(folder):
        folders, names = default_storage.listdir(folder)
        yield from (f"{folder}/{name}" for name in names)
        for each in folders:
            yield from _stored(f"{folder}/{each}")


def _logs() -> Iterator[tuple[str, str]]:
    for path in settings.STEWARD_DATA.rglob("*.log"):
        yield "logs", path.read_text(errors="replace")
