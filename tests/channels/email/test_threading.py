"""Where mails land: real mails through the spool and the parser, and everything somebody may try to land elsewhere."""

from uuid import UUID

import pytest

from steward.channels.email.tokens import BOUNCE, MESSAGE, REPLY, Bound, make_token
from steward.contacts.models import Contact
from steward.privacy.keys.cipher import derive
from steward.tenancy.scope import account_scope
from steward.testing.cast import acting
from steward.testing.letters import mail_of, outgoing_mails, receive, written
from steward.testing.tickets import make_message, make_ticket
from steward.tickets.actions import change_status
from steward.tickets.models import Message, Participant, Ticket
from steward.tickets.statuses import Status

STRANGER = "Mallory <mallory@evil.example>"


@pytest.fixture
def again(ticket):
    """The ticket as it is now."""

    def again():
        with account_scope(ticket.account_id):
            return Ticket.objects.select_related("requester", "previous").get(pk=ticket.pk)

    return again


def reply_address(answer):
    return answer.read["Reply-To"].addresses[0].addr_spec


def part_of(ticket, contact):
    with account_scope(ticket.account_id):
        return Participant.objects.get(ticket=ticket, contact=contact)


def messages_in(ticket):
    with account_scope(ticket.account_id):
        return Message.objects.filter(ticket=ticket).count()


def one(came):
    [only] = came
    assert only.message is not None
    return only.message


class TestJoining:
    def test_by_the_token_in_the_address_alone(self, support_mail, answer, ticket):
        to = reply_address(answer)
        message = one(receive(support_mail, written(to, subject="no words of ours"), envelope_to=[to]))
        assert message.ticket_id == ticket.id
        assert message.is_verified
        assert message.findings["warnings"] == []

    def test_by_the_token_in_a_message_id_we_have_no_message_for(self, support_mail, ticket, eli, token_for):
        lost = f"{token_for(ticket, eli, MESSAGE)}.gone@northwind.localhost"
        message = one(receive(support_mail, written(support_mail.address, in_reply_to=lost)))
        assert message.ticket_id == ticket.id
        assert message.is_verified

    def test_by_the_message_id_of_a_mail_we_know(self, support_mail, ticket):
        first = make_message(ticket, internet_id="known@example.org")
        message = one(receive(support_mail, written(support_mail.address, in_reply_to="known@example.org")))
        assert message.ticket_id == first.ticket_id

    def test_by_the_code_in_the_subject(self, support_mail, ticket):
        subject = f"AW: [{ticket.code.lower()}] Paper"
        message = one(receive(support_mail, written(support_mail.address, subject=subject)))
        assert message.ticket_id == ticket.id

    def test_addresses_are_compared_without_case(self, support_mail, answer, ticket):
        mail = written(reply_address(answer).upper(), sender="ELI@EXAMPLE.ORG", in_reply_to=answer.message_id)
        assert one(receive(support_mail, mail)).ticket_id == ticket.id

    def test_without_any_clue_a_participant_opens_a_new_ticket(self, support_mail, ticket):
        message = one(receive(support_mail, written(support_mail.address)))
        assert message.ticket_id != ticket.id
        assert message.ticket.requester_id == ticket.requester_id

    def test_whom_an_agent_copied_takes_part(self, support_mail, client_of, ben, ticket, again):
        client_of(ben).post(
            f"/console/tickets/{ticket.code}/replies", {"body_text": "Here.", "cc": "Gry <gry@example.com>"}
        )
        with account_scope(ticket.account_id):
            sent = Message.objects.get(ticket=ticket, kind="outgoing")
        mail = written(support_mail.address, sender="gry@example.com", in_reply_to=mail_of(sent).message_id)
        message = one(receive(support_mail, mail))
        assert message.ticket_id == ticket.id
        assert message.is_verified


class TestStrangers:
    @pytest.fixture(autouse=True)
    def _start(self, ticket, answer):
        self.ticket, self.answer, self.before = ticket, answer, messages_in(ticket)

    def lands_elsewhere(self, came):
        messages = [one([each]) for each in came]
        assert messages_in(self.ticket) == self.before
        for message in messages:
            assert message.ticket_id != self.ticket.id
            assert message.ticket.previous_id is None
        return messages

    def test_a_known_message_id(self, support_mail, ticket):
        make_message(ticket, internet_id="known@example.org")
        self.before += 1
        mail = written(support_mail.address, sender=STRANGER, in_reply_to="known@example.org")
        self.lands_elsewhere(receive(support_mail, mail))

    def test_the_code_in_the_subject(self, support_mail, ticket):
        mail = written(support_mail.address, sender=STRANGER, subject=f"Re: {ticket.code} paper")
        self.lands_elsewhere(receive(support_mail, mail))

    def test_macs_that_are_not_true(self, support_mail, ticket, eli, farah, ben, token_for):
        """Cut, lengthened, absent, one bit off, by a legacy form: for every participant there is."""
        make_message(ticket, sender=farah)
        self.before += 1
        tries = [text for contact in (eli, farah) for text in self.forgeries(ticket, contact, token_for)]
        assert len(tries) > 30
        mails = []
        for text in tries:
            address = f"support+{text}@northwind.localhost"
            mails.append(written(address, sender=STRANGER, in_reply_to=f"m{text[1:]}.x@northwind.localhost"))
        self.lands_elsewhere(receive(support_mail, *mails))

    def forgeries(self, ticket, contact, token_for):
        part = part_of(ticket, contact)
        true = token_for(ticket, contact, address=f"{contact.name.split()[0].lower()}@example.org")
        bits = [make_flipped(true, bit) for bit in range(80)]
        yield from (true[:-1], true[:-8], true[: 1 + 26], true + "a", true + true[1:], "r", "r" + "a" * 42)
        yield from (f"r{part.id.hex}", str(part.id), f"reply-{part.id}-{ticket.id}", true.replace(true[-16:], "a" * 16))
        yield from bits[::8]

    def test_a_token_for_another_purpose(self, support_mail, ticket, eli, token_for):
        address = f"support+{token_for(ticket, eli, BOUNCE)}@northwind.localhost"
        self.lands_elsewhere(receive(support_mail, written(address, sender=STRANGER)))

    def test_a_token_of_one_purpose_under_the_letter_of_another(self, support_mail, ticket, eli, token_for):
        renamed = REPLY + token_for(ticket, eli, BOUNCE)[1:]
        self.lands_elsewhere(receive(support_mail, written(f"s+{renamed}@northwind.localhost", sender=STRANGER)))

    def test_a_token_for_another_recipient(self, support_mail, ticket, eli, token_for):
        token = token_for(ticket, eli, address="mallory@evil.example")
        self.lands_elsewhere(receive(support_mail, written(f"s+{token}@northwind.localhost", sender=STRANGER)))

    def test_a_token_for_another_ticket(self, support_mail, ticket, eli, token_for):
        other = make_ticket(eli)
        token = token_for(ticket, eli, ticket_id=other.id)
        self.lands_elsewhere(receive(support_mail, written(f"s+{token}@northwind.localhost", sender=STRANGER)))

    def test_a_token_of_another_account(self, hello_mail, support_mail, omar, ticket, contoso):
        theirs = make_ticket(omar)
        with account_scope(contoso.id):
            part = Participant.objects.get(ticket=theirs)
            key = derive(contoso.id, "reply-token")
        for bound in (
            Bound(contoso.id, theirs.id, part.id, "omar@example.com"),
            Bound(ticket.account_id, theirs.id, part.id, "omar@example.com"),
        ):
            address = f"support+{make_token(REPLY, bound, key)}@northwind.localhost"
            self.lands_elsewhere(receive(support_mail, written(address, sender="omar@example.com")))
        assert messages_in(theirs) == 1

    def test_a_true_token_enters_as_somebody_unverified(self, support_mail, ticket, again, eli):
        to = reply_address(self.answer)
        message = one(receive(support_mail, written(to, sender=STRANGER, in_reply_to=self.answer.message_id)))
        assert message.ticket_id == ticket.id
        assert not message.is_verified
        assert message.findings["warnings"] == ["unverified_sender"]
        assert again().requester_id == eli.id
        with account_scope(ticket.account_id):
            stranger = Contact.objects.get(addresses__folded="mallory@evil.example")
        part = part_of(ticket, stranger)
        assert not part.is_verified
        assert not part.is_requester

    def test_who_entered_unverified_has_no_standing_later(self, support_mail, ticket):
        to = reply_address(self.answer)
        one(receive(support_mail, written(to, sender=STRANGER)))
        self.before += 1
        mails = [
            written(support_mail.address, sender=STRANGER, in_reply_to=self.answer.message_id.replace("m", "x", 1)),
            written(support_mail.address, sender=STRANGER, subject=ticket.code),
        ]
        self.lands_elsewhere(receive(support_mail, *mails))

    def test_nobody_mails_them_what_was_written_before(self, support_mail, ticket, ben, client_of, run_jobs):
        with account_scope(support_mail.account_id):
            support_mail.answers_automatically = True
            support_mail.save()
        to = reply_address(self.answer)
        one(receive(support_mail, written(to, sender=STRANGER), envelope_from="mallory@evil.example"))
        client_of(ben).post(f"/console/tickets/{ticket.code}/replies", {"body_text": "For Eli only."})
        run_jobs()
        told = {address for mail in outgoing_mails(support_mail) for address in mail.row.envelope_to}
        assert told == {"eli@example.org"}

    def test_the_agent_is_warned(self, support_mail, ticket, ben, client_of):
        one(receive(support_mail, written(reply_address(self.answer), sender=STRANGER)))
        page = client_of(ben).get(f"/console/tickets/{ticket.code}").content.decode()
        assert "The sender is not one of the people in this ticket" in page

    def test_their_wish_where_to_answer_is_not_offered(self, support_mail, ticket, ben, client_of):
        mail = written(reply_address(self.answer), sender=STRANGER, headers={"Reply-To": "trap@evil.example"})
        one(receive(support_mail, mail))
        page = client_of(ben).get(f"/console/tickets/{ticket.code}").content.decode()
        assert "trap@evil.example" not in page


def make_flipped(token, bit):
    """The token with one bit of its MAC turned."""
    import base64

    packed = bytearray(base64.b32decode(token[1:].upper() + "======"))
    packed[16 + bit // 8] ^= 1 << bit % 8
    return token[0] + base64.b32encode(bytes(packed)).decode().rstrip("=").lower()


class TestForgedSenders:
    @pytest.fixture
    def from_ourselves(self, support_mail):
        """Mail our own listener received and checked."""

        def take(mail, dmarc):
            return one(receive(support_mail, mail, source="smtp", client={"ip": "192.0.2.1", "dmarc": dmarc}))

        return take

    def test_a_participant_who_fails_dmarc_is_marked(self, from_ourselves, answer, ticket):
        message = from_ourselves(written(reply_address(answer)), "fail")
        assert message.ticket_id == ticket.id
        assert not message.is_verified
        assert message.findings["warnings"] == ["sender_failed_dmarc"]

    def test_one_who_passes_is_not(self, from_ourselves, answer, ticket):
        message = from_ourselves(written(reply_address(answer)), "pass")
        assert message.is_verified
        assert message.findings["warnings"] == []

    def test_a_new_ticket_is_marked_too(self, from_ourselves, support_mail):
        assert from_ourselves(written(support_mail.address), "fail").findings["warnings"] == ["sender_failed_dmarc"]

    def test_a_header_that_anybody_can_write_is_not_believed(self, support_mail, answer):
        for said in ("mx.evil.example; dmarc=pass", "northwind.localhost; dmarc=pass"):
            mail = written(reply_address(answer), headers={"Authentication-Results": said})
            message = one(receive(support_mail, mail))
            assert message.findings["authentication"] == {}

    def test_their_wish_where_to_answer_is_not_offered(self, from_ourselves, answer, ticket, ben, client_of):
        from_ourselves(written(reply_address(answer), headers={"Reply-To": "trap@evil.example"}), "fail")
        assert b"trap@evil.example" not in client_of(ben).get(f"/console/tickets/{ticket.code}").content


class TestStatuses:
    @pytest.mark.parametrize(
        ("before", "after"),
        [
            (Status.NEW, Status.NEW),
            (Status.OPEN, Status.OPEN),
            (Status.ANSWERED, Status.OPEN),
            (Status.POSTPONED, Status.OPEN),
            (Status.RESOLVED, Status.OPEN),
            (Status.SPAM, Status.SPAM),
            (Status.DELETED, Status.OPEN),
        ],
    )
    def test_when_the_customer_writes_again(self, support_mail, answer, ticket, again, before, after):
        with account_scope(ticket.account_id):
            Ticket.objects.filter(pk=ticket.pk).update(status=before)
        assert one(receive(support_mail, written(reply_address(answer)))).ticket_id == ticket.id
        assert again().status == after

    def test_a_reopened_ticket_is_not_resolved_any_more(self, support_mail, answer, ticket, again, ben):
        with account_scope(ticket.account_id):
            change_status(again(), Status.RESOLVED, actor=acting(ben))
        one(receive(support_mail, written(reply_address(answer))))
        assert again().resolved_at is None

    def test_a_closed_ticket_is_followed_by_a_new_one(self, support_mail, answer, ticket, again, ben):
        with account_scope(ticket.account_id):
            change_status(again(), Status.CLOSED, actor=acting(ben))
        message = one(receive(support_mail, written(reply_address(answer))))
        assert message.ticket_id != ticket.id
        assert message.ticket.previous_id == ticket.id
        assert message.ticket.status == Status.NEW
        assert again().status == Status.CLOSED

    def test_a_stranger_learns_of_no_closed_ticket(self, support_mail, answer, ticket, again, ben):
        with account_scope(ticket.account_id):
            change_status(again(), Status.CLOSED, actor=acting(ben))
        message = one(receive(support_mail, written(reply_address(answer), sender=STRANGER)))
        assert message.ticket.previous_id is None
        assert not message.is_verified

    @pytest.mark.parametrize("status", [Status.ANSWERED, Status.POSTPONED, Status.RESOLVED])
    def test_an_automatic_mail_changes_none(self, support_mail, answer, ticket, again, status):
        with account_scope(ticket.account_id):
            Ticket.objects.filter(pk=ticket.pk).update(status=status)
        mail = written(reply_address(answer), headers={"Auto-Submitted": "auto-replied"}, text="I am on holiday.")
        message = one(receive(support_mail, mail))
        assert message.ticket_id == ticket.id
        assert message.is_automatic
        assert again().status == status


class TestTheSameMail:
    def test_by_two_ways_is_one_message(self, support_mail, northwind):
        mail = written(support_mail.address, message_id="same@example.org")
        first, second = [receive(support_mail, b"Received: by " + way + b"\r\n" + mail)[0] for way in (b"a", b"b")]
        assert first.message
        assert second.message is None
        assert second.raw.state == "known"

    def test_by_two_ways_in_one_batch_is_one_message(self, support_mail):
        mail = written(support_mail.address, message_id="same@example.org")
        came = receive(support_mail, mail, b"Received: by another way\r\n" + mail)
        assert sorted(each.raw.state for each in came) == ["known", "taken"]

    def test_with_another_body_is_two(self, support_mail):
        mails = [written(support_mail.address, message_id="same@example.org", text=text) for text in ("One.", "Two.")]
        first, second = [one([each]) for each in receive(support_mail, *mails)]
        assert first.id != second.id

    def test_without_an_id_is_two(self, support_mail):
        mail = b"From: eli@example.org\r\n\r\nHello\r\n"
        first, second = [one([each]) for each in receive(support_mail, mail, mail)]
        assert first.id != second.id


class TestBatches:
    def test_the_second_mail_answers_the_first(self, support_mail):
        mails = [
            written(support_mail.address, message_id="first@example.org"),
            written(support_mail.address, in_reply_to="first@example.org", text="And one thing more."),
        ]
        first, second = [one([each]) for each in receive(support_mail, *mails)]
        assert first.ticket_id == second.ticket_id

    def test_a_chain_of_ten(self, support_mail):
        mails = [
            written(support_mail.address, message_id=f"{n}@x.example", in_reply_to=f"{n - 1}@x.example" if n else "")
            for n in range(10)
        ]
        assert len({one([each]).ticket_id for each in receive(support_mail, *mails)}) == 1

    def test_two_answers_for_one_ticket(self, support_mail, answer, ticket, again):
        before = again().message_count
        mails = [written(reply_address(answer), text=text) for text in ("One.", "Two.", "Three.")]
        assert {one([each]).ticket_id for each in receive(support_mail, *mails)} == {ticket.id}
        assert again().message_count == before + 3
        assert again().preview == "Three."

    def test_a_hundred_mails_of_many_kinds(self, support_mail, answer, ticket):
        mails = []
        for n in range(25):
            mails.append(written(support_mail.address, sender=f"p{n}@example.org", message_id=f"{n}@x.example"))
            mails.append(written(support_mail.address, sender=f"p{n}@example.org", in_reply_to=f"{n}@x.example"))
            mails.append(written(reply_address(answer), text=f"Answer {n}"))
        came = [one([each]) for each in receive(support_mail, *mails)]
        assert len({message.ticket_id for message in came}) == 26
        assert all(came[n].ticket_id == came[n + 1].ticket_id for n in range(0, 75, 3))


def test_ids_are_taken_from_no_more_than_fifty_references(support_mail, ticket):
    make_message(ticket, internet_id="known@example.org")
    far = " ".join(f"<{n}@nowhere.example>" for n in range(500))
    mail = written(support_mail.address, headers={"References": f"<known@example.org> {far}"})
    assert one(receive(support_mail, mail)).ticket_id != ticket.id
    assert UUID(str(ticket.id))
