"""What the parameters of addresses hold in the contracts about addresses: things of Northwind that are there."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from allauth.mfa.models import Authenticator

from steward.brand.actions import choose_logo
from steward.brand.pictures import read_picture
from steward.channels.email.models import MailAccount
from steward.contacts.models import Contact
from steward.events.models import Event
from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.people.access import actor_of
from steward.people.actions import NewInvitation, NewSignUp, begin_sign_up, invite, issue_token, open_passage
from steward.people.models import Department, MailedLink, Membership, Operator, Session, SignUp
from steward.people.operators import new_operator_link
from steward.people.sessions import hashed
from steward.people.signed_in import stored_session
from steward.people.tokens import hashed_token, new_token
from steward.privacy.subprocessors.models import Subscription
from steward.privacy.subprocessors.subscriptions import ask_to_subscribe, token_of
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope
from steward.testing import cast
from steward.testing.agreement_samples import samples_of_agreements
from steward.testing.consent_samples import samples_of_consents
from steward.testing.erasure_samples import samples_of_erasures
from steward.testing.export_samples import samples_of_exports
from steward.testing.incident_samples import samples_of_incidents
from steward.testing.jobs import failed_job, run_jobs
from steward.testing.letters import receive, written
from steward.testing.life_samples import owners_link, samples_of_life
from steward.testing.pictures import png
from steward.testing.registry_samples import forms_of_the_registry, samples_of_the_registry
from steward.testing.request_samples import request_about
from steward.testing.retention_samples import samples_of_retention
from steward.testing.service_samples import service_of
from steward.testing.support_samples import samples_of_support
from steward.testing.tickets import make_reply, make_ticket
from steward.tickets.actions import HOLD, last_change, reply_to_ticket, tag_named, tag_ticket
from steward.tickets.actions.drafting import attach_to_draft, draft_for_files, save_draft
from steward.tickets.actions.replying import Writing
from steward.tickets.conversation import Correspondent, NewAttachment
from steward.tickets.models import Attachment, Message, Tag, Ticket

Samples = dict[str, list[object]]


@dataclass(frozen=True)
class Changed:
    """A ticket, and a change of it."""

    ticket: Ticket
    event: Event


def changed_by(owner: Membership, customer: Contact) -> Changed:
    """A ticket that the owner has just put a tag on."""
    ticket = make_ticket(customer, subject="Changed")
    with account_scope(ticket.account_id):
        actor = actor_of(owner)
        tag_ticket(ticket, tag_named("just now", actor=actor), actor=actor)
        change = last_change(ticket, actor=actor, since=now() - timedelta(minutes=1))
    assert change
    return Changed(ticket, change)


def held_answer(author: Membership, ticket: Ticket) -> Message:
    """An answer whose mail is not made yet."""
    with account_scope(ticket.account_id):
        writing = Writing("<p>Soon.</p>", held_for=HOLD)
        to = [Correspondent("Eli", "eli@example.org")]
        return reply_to_ticket(ticket, writing, author=author, actor=actor_of(author), to=to)


def all_samples(
    ada: Membership, ben: Membership, olga: Operator, billing: Department, support_mail: MailAccount, changed: Changed
) -> Samples:
    """What Northwind has, by the name of the parameter; several where no single one fits every route."""
    ticket = make_ticket(cast.contact(ada.account_id, "Eli"), attachments=[NewAttachment("a.txt", b"x", "text/plain")])
    reply = make_reply(ticket, ben)
    mailed = receive(support_mail, written(support_mail.address))[0].message
    assert mailed
    run_jobs("email.send")
    with account_scope(ticket.account_id):
        attachment = Attachment.objects.get(message__ticket=ticket)
        assert Message.objects.get(pk=reply.pk).outgoing_id
        save_draft(ben, ticket, {"kind": "note", "body_html": "<p>So far.</p>"})
        attach_to_draft(draft_for_files(ben, ticket), "b.txt", b"y", "text/plain")
    return {
        "code": [ticket.code, mailed.ticket.code],
        "message_id": [mailed.id, reply.id],
        "console/messages/<uuid:message_id>/taking-back message_id": [held_answer(ada, changed.ticket).id],
        "console/tickets/<code>/undoing code": [changed.ticket.code],
        "attachment_id": [attachment.id],
        "tag_id": [samples_of_tags(ticket)],
        "request_id": [request_about(ticket.requester)],
        "mail_account_id": [support_mail.id],
        "service_id": [service_of(ticket.account)],
        "digest": [logo_of(ada)],
        "token": [mailed_link(ada, "password"), mailed_link(ada, "address", address="ada@new.example")],
        "session_id": [session_of(ada).handle],
        **{
            name: [value]
            for name, value in samples_of_erasures(ticket.account, cast.contact(ada.account_id, "Farah").pk).items()
        },
        **{name: [value] for name, value in samples_of_exports(ticket.requester).items()},
        **{name: [value] for name, value in samples_of_consents(ticket.requester).items()},
        **{name: [value] for name, value in samples_of_retention(ada).items()},
        **samples_of_people(ada, ben, billing),
        **samples_of_the_back_office(olga, ticket.account),
        "passkey_id": [Authenticator.objects.create(user=ada.user, type="webauthn", data={"name": "Key"}).pk],
    }


def samples_of_tags(ticket: Ticket) -> UUID:
    """A tag on the ticket."""
    with account_scope(ticket.account_id):
        tag = tag_named("vat", actor=SYSTEM)
        tag_ticket(ticket, tag, actor=SYSTEM)
    return tag.id


def another_tag(member: Membership) -> Tag:
    """A tag that is on no ticket."""
    with account_scope(member.account_id):
        return tag_named("tax", actor=SYSTEM)


def samples_of_the_back_office(operator: Operator, account: Account) -> Samples:
    """An account by its slug, a job that failed, a second factor, and a link for a password."""
    return {
        "slug": [account.slug],
        "job_id": [failed_job(account)],
        "factor_id": [Authenticator.objects.create(user=operator.user, type="webauthn", data={"name": "Key"}).pk],
        "operator/welcome/<token> token": [new_operator_link(operator)],
        "standing/<token> token": [owners_link()],
        **{name: [value] for name, value in samples_of_the_registry(operator, account).items()},
        **{name: [value] for name, value in samples_of_agreements(account).items()},
        **{name: [value] for name, value in samples_of_life(account).items()},
        **{name: [value] for name, value in samples_of_incidents(operator, account).items()},
        **{name: [value] for name, value in samples_of_support(account, operator.user_id).items()},
    }


def samples_of_people(owner: Membership, member: Membership, department: Department) -> Samples:
    """A colleague, a department that is not the default, and what each token opens."""
    with account_scope(owner.account_id):
        invitation = invite(NewInvitation("gil@example.org", "agent"), invited_by=owner, actor=SYSTEM)
        invited_by_token = issue_token(invitation)
    asked_by_token = new_token()
    begin_sign_up(NewSignUp(slug="fjord", company="Fjord", name="Gil", email="gil@example.org"))
    SignUp.objects.update(token_hash=hashed_token(asked_by_token))
    return {
        "member_id": [member.id],
        "department_id": [department.id],
        "invitation_id": [invitation.id],
        "console/welcome/<token> token": [open_passage(owner.user, owner.account_id)],
        "console/invitations/<token> token": [invited_by_token],
        "sign-up/<token> token": [asked_by_token],
        "sign-up/<token>/agreement.pdf token": [asked_by_token],
        "subprocessors/subscription/<token> token": [subscribed()],
        "subprocessors/subscription/<token>/end token": [subscribed()],
    }


def subscribed() -> str:
    """The token of somebody who asked for the list of subprocessors by mail."""
    ask_to_subscribe("gil@example.org", language="en")
    return token_of(Subscription.objects.get())


def logo_of(owner: Membership) -> str:
    """The name of the picture the account has."""
    with account_scope(owner.account_id):
        return bytes(choose_logo(read_picture(png(8, 8)), actor=SYSTEM).logo.sha256).hex()


def mailed_link(person: Membership, purpose: str, **more: str) -> str:
    """The token of a link in a mail to somebody."""
    token = new_token()
    ends = now() + timedelta(hours=1)
    MailedLink.objects.create(token_hash=hashed_token(token), purpose=purpose, user=person.user,
                              account=person.account, expires_at=ends, **more)  # fmt: skip
    return token


def session_of(person: Membership) -> Session:
    """A session of somebody in another browser."""
    return Session.objects.get(session_key=hashed(stored_session(person.user, person.account_id)))


def forms_of(ben: Membership, billing: Department, changed: Changed) -> dict[str, str]:
    """What a POST must hold to be more than not found."""
    return {
        **forms_of_the_registry(),
        "operator/incidents/<uuid:incident_id>/state": "to=contained",
        "operator/mail/retry": "state=failed&reason=bounced",
        "console/settings/tags/<uuid:tag_id>/merger": f"into={another_tag(ben).id}",
        "console/settings/privacy/exports/search": "email=eli@example.org",
        "console/settings/privacy/exports/new": (
            f"contact={changed.ticket.requester_id}&kind=access&with_notes=on&language=en&days=7"
        ),
        "console/settings/privacy/erasures/search": "email=eli@example.org",
        "console/settings/privacy/erasures/new": f"contact={changed.ticket.requester_id}&tickets=with",
        "console/settings/privacy/retention/offers": "offer=2",
        "console/tickets/<code>/undoing": f"event={changed.event.id}",
        "console/tickets/<code>/department": f"department={billing.id}",
        "console/settings/departments/<uuid:department_id>/agents": f"member={ben.id}&role=reader",
    }
