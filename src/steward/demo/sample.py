"""Playing the sample scripts: every step by the real verb, every mail through the real spool, at its own time."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parseaddr
from pathlib import Path

from django.conf import settings

from steward.channels.email.mailboxes import Mailbox, add_mail_account
from steward.channels.email.models import MailAccount
from steward.channels.email.parsing import parse_mail
from steward.channels.email.receiving import receive_waiting
from steward.channels.email.sending import send_message
from steward.demo.customers import CustomerFile, CustomerMail, answer_to, hand_in
from steward.demo.enclosures import made_file
from steward.demo.outbox import KeptMail, kept_ids, kept_mail
from steward.demo.scripts import Sample, Script, Step
from steward.files.actions import NewFile, store_files
from steward.lib.actor import SYSTEM, Actor
from steward.lib.clock import now
from steward.lib.html import text_to_html
from steward.outbox import delivery
from steward.people.access import actor_of
from steward.people.actions import add_member, create_department, join_department, set_availability, skip_guide
from steward.people.models import Department, Membership
from steward.tenancy.models import Account
from steward.tenancy.scope import current_account_id
from steward.tickets import actions
from steward.tickets.actions.replying import Writing
from steward.tickets.conversation import Correspondent
from steward.tickets.models import Message, Ticket
from steward.tickets.statuses import Status

BEGINNING = timedelta(days=45)  # when the sample accounts were opened
_STATUSES = {"resolve": Status.RESOLVED, "close": Status.CLOSED, "spam": Status.SPAM, "delete": Status.DELETED}


@contextmanager
def sample_clock() -> Iterator["SampleClock"]:
    """The test clock for the time of loading; what was set before comes back."""
    before = os.environ.get("STEWARD_TEST_CLOCK")
    beginning = now()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "now"
        clock = SampleClock(beginning, path)
        clock.set(beginning)
        os.environ["STEWARD_TEST_CLOCK"] = str(path)
        try:
            yield clock
        finally:
            if before is None:
                del os.environ["STEWARD_TEST_CLOCK"]
            else:
                os.environ["STEWARD_TEST_CLOCK"] = before


@dataclass(frozen=True, slots=True)
class SampleClock:
    """Says when it is while the samples are played. `today` is the real moment."""

    today: datetime
    path: Path

    def set(self, at: datetime) -> None:
        self.path.write_text(at.isoformat())


@dataclass(slots=True)
class _Play:
    """A script being played."""

    script: Script
    ticket: Ticket | None = None
    last_id: str = ""  # the Message-ID of the customer's last mail
    answer: KeptMail | None = None  # our last mail
    is_answered: bool = False  # the customer has not written since

    def begun(self) -> Ticket:
        """The ticket; raises `ValueError` in a script where the customer does not write first."""
        if self.ticket is None:
            raise ValueError(f"{self.script.subject!r} begins with an agent")
        return self.ticket


def staff(sample: Sample, account: Account, passwords: dict[str, str]) -> None:
    """Departments with their addresses, and everybody who works there. The owner and the first department exist."""
    for name, told in sample.departments.items():
        department = Department.objects.filter(name=name).first() or create_department(name, actor=SYSTEM)
        Department.objects.filter(pk=department.pk).update(signature=told.get("signature", ""))
        address = f"{told['address']}@{account.slug}.{settings.STEWARD_DOMAIN}"
        if not MailAccount.objects.filter(address=address).exists():
            add_mail_account(Mailbox(address=address, name=account.name), department=department, actor=SYSTEM)
    for person in sample.people:
        member = add_member(
            person.email, name=person.name, role=person.role, password=passwords[person.email], actor=SYSTEM
        )
        skip_guide(member)  # a sample account is past its beginning
        for department_name, role in person.departments.items():
            department = Department.objects.get(name=department_name)
            join_department(member, department, role=role, actor=SYSTEM)
        set_availability(member, person.availability, actor=actor_of(member))


def play(sample: Sample, clock: SampleClock) -> None:
    """Let everything happen, in the order of time, so that ids and positions run as they would have."""
    cast = {member.name.partition(" ")[0]: member for member in Membership.objects.prefetch_related("departments")}
    steps: list[tuple[datetime, _Play, Step]] = []
    for script in sample.tickets:
        at, current = clock.today - script.ago, _Play(script)
        for step in (script.first, *script.then):
            at += step.after
            if at >= clock.today:
                raise ValueError(f"{script.subject!r} has a step in the future")
            steps.append((at, current, step))
    for at, current, step in sorted(steps, key=lambda each: each[0]):
        clock.set(at)
        _perform(current, step, cast, sample)


def _perform(play: _Play, step: Step, cast: dict[str, Membership], sample: Sample) -> None:
    if step.by in {"customer", "stranger"}:
        _mail(play, step, sample)
        return
    ticket = play.begun()
    ticket.refresh_from_db()
    author = cast[step.by]
    actor = actor_of(author)
    match step.does:
        case "write":
            _reply(play, step, author, actor)
        case "note":
            actions.add_note(ticket, _writing(step), author=author, actor=actor)
        case "assign":
            actions.assign_ticket(ticket, cast[step.to] if step.to else author, actor=actor)
        case "transfer":
            actions.transfer_ticket(ticket, Department.objects.get(name=step.to), actor=actor)
        case "postpone":
            actions.postpone_ticket(ticket, until=now() + timedelta(days=int(step.to)), actor=actor)
        case status:
            actions.change_status(ticket, _STATUSES[status], actor=actor)


def _mail(play: _Play, step: Step, sample: Sample) -> None:
    """A customer writes: first of all, in answer to our last mail, or once more without having been answered."""
    script = play.script
    # Somebody else got our mail forwarded, and its address with it.
    answer = play.answer if play.is_answered or step.by == "stranger" else None
    sender = parseaddr(step.sender or script.sender)
    files = [*map(made_file, step.files), *([made_file(step.picture, content_id="picture")] if step.picture else [])]
    if answer is not None:
        mail = answer_to(answer, sender=sender, text=step.text, html=step.html, files=files)
    else:
        address = f"{sample.departments[script.to]['address']}@{sample.slug}.{settings.STEWARD_DOMAIN}"
        mail = CustomerMail(
            sender=sender,
            to=address,
            subject=f"Re: {script.subject}" if play.ticket else script.subject,
            text=step.text,
            html=step.html,
            in_reply_to=play.last_id,
            files=files,
            headers=list(script.headers.items()),
        )
    parsed = parse_mail(hand_in(mail))
    receive_waiting(current_account_id(), parse_mail)
    message = Message.objects.select_related("ticket").get(internet_id=parsed.message_id)
    if play.ticket is None:
        for name in script.tags:
            actions.tag_ticket(message.ticket, actions.tag_named(name, actor=SYSTEM), actor=SYSTEM)
    play.ticket, play.last_id = message.ticket, f"<{parsed.message_id}>"
    play.is_answered = False


def _reply(play: _Play, step: Step, author: Membership, actor: Actor) -> None:
    """Answer, then compose and deliver at once, at the time of the step: the queued jobs find it done."""
    name, address = parseaddr(play.script.sender)
    message = actions.reply_to_ticket(
        play.begun(), _writing(step), author=author, actor=actor, to=[Correspondent(name, address)]
    )
    send_message(message)
    message.refresh_from_db()
    before = kept_ids()
    if message.outgoing_id is not None:
        delivery.attempt(message.account_id, message.outgoing_id, again=_never)
    [kept] = kept_ids() - before
    play.answer, play.is_answered = kept_mail(kept), True


def _writing(step: Step) -> Writing:
    made: list[CustomerFile] = [made_file(name) for name in step.files]
    stored = store_files(NewFile(file.content, file.content_type) for file in made)
    return Writing(step.html or text_to_html(step.text), [(f, m.name) for f, m in zip(stored, made, strict=True)])


def _never(_mail_id: object, _at: object) -> None:
    raise AssertionError("in the demo every mail is kept at the first try")
