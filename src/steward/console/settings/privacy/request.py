"""One request of a person: its page, and each step of it as a form of its own."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from steward.console.entrance import ConsoleRequest, View
from steward.console.lists import ticket_url
from steward.console.recipients_shown import shown_or_none
from steward.console.settings.entrance import settings_page, settings_response
from steward.console.settings.privacy import request_forms as typed
from steward.console.settings.privacy.request_doing import doing_form, fulfil, lift
from steward.console.settings.privacy.request_shown import clock_of, known_person, possible, sender_of, steps_shown
from steward.contacts.rectifying import AddressTaken
from steward.privacy.audit.reads import note_read
from steward.privacy.holds.actions import let_erasures_end, place_hold
from steward.privacy.holds.models import LegalHold
from steward.privacy.requests import actions, words
from steward.privacy.requests.access import get_request
from steward.privacy.requests.letters import (
    NoWay,
    answer_words,
    can_write,
    extension_words,
    proof_words,
    refusal_words,
    write_to_person,
)
from steward.privacy.requests.models import PrivacyRequest
from steward.privacy.requests.passing_on import telling_of
from steward.privacy.requests.queries import addresses_of, contact_with
from steward.privacy.requests.states import Type, WrongState
from steward.tickets.actions import StatusRefused

TEMPLATE = "console/settings/privacy_request.html"
Deed = Callable[[ConsoleRequest, PrivacyRequest], HttpResponse]


def step(deed: Deed) -> View:
    """A POST about one request: 404 for one that is not there; what does not follow changes nothing, and says so."""

    @require_POST
    @settings_page("privacy-requests")
    @wraps(deed)
    def view(request: ConsoleRequest, request_id: UUID) -> HttpResponse:
        found = _found(request, request_id)
        try:
            with transaction.atomic():
                return deed(request, found)
        except WrongState:
            words_ = _("This step was not possible any more: somebody else was quicker. Below is how it stands now.")
        except actions.TooLate:
            words_ = _("The first month is over: more time can be taken only within it.")
        except NoWay:
            words_ = _("Nothing was done: there is no address to write to, or none to write from.")
            return _typed_again(request, request_id, deed.__name__, words_)
        except StatusRefused:
            words_ = _("Nothing was done: the ticket of this request is being erased.")
            return _typed_again(request, request_id, deed.__name__, words_)
        messages.error(request, words_)
        return _back(found)

    return view


# The deeds that write to the person.
_LETTERS: dict[str, type[typed.StepForm]] = {
    "proof": typed.ProofForm, "refusal": typed.RefusalForm, "extension": typed.ExtensionForm,
    "answer": typed.AnswerForm,
}  # fmt: skip


def _typed_again(request: ConsoleRequest, request_id: UUID, deed: str, words_: str) -> HttpResponse:
    """The page with what was typed: it may be a long letter."""
    form = _LETTERS[deed](request.POST)
    form.full_clean()
    form.add_error(None, words_)
    return _page(request, _found(request, request_id), **{f"{deed}_form": form})


@require_safe
@settings_page("privacy-requests")
def privacy_request(request: ConsoleRequest, request_id: UUID) -> HttpResponse:
    """What is asked, whose it is, the clock, the steps, and what may be done now."""
    found = _found(request, request_id)
    note_read("privacy_request.read", found, actor=request.actor)
    return _page(request, found)


@step
def proof(request: ConsoleRequest, found: PrivacyRequest) -> HttpResponse:
    """It is not certain who asks: the request waits for a proof."""
    form = typed.ProofForm(request.POST)
    if not form.is_valid():
        return _page(request, found, proof_form=form)
    actions.ask_for_proof(found, actor=request.actor)
    if form.cleaned_data["by_mail"]:
        write_to_person(found, form.cleaned_data["words"], author=request.me, actor=request.actor)
    return _done(request, found, _("The request waits for a proof of who asks."))


@step
def kind(request: ConsoleRequest, found: PrivacyRequest) -> HttpResponse:
    """What is asked for."""
    form = typed.KindForm(request.POST)
    if not form.is_valid():
        return _page(request, found, kind_form=form)
    actions.say_kind(found, PrivacyRequest.Type(form.cleaned_data["type"]), actor=request.actor)
    return _done(request, found, _("It is noted what they ask for."))


@step
def setting_aside(request: ConsoleRequest, found: PrivacyRequest) -> HttpResponse:
    """It is no request; with `again` it is one after all."""
    if request.POST.get("again"):
        actions.take_up_again(found, actor=request.actor)
        return _done(request, found, _("The request is taken up again. Its month has run since it arrived."))
    actions.set_aside(found, actor=request.actor)
    return _done(request, found, _("It is noted that this is no privacy request."))


@step
def identity(request: ConsoleRequest, found: PrivacyRequest) -> HttpResponse:
    """Who asks, and how that was made sure."""
    form = typed.IdentityForm(request.POST)
    if not form.is_valid():
        return _page(request, found, identity_form=form)
    actions.verify(found, by=typed.proof_of(form), actor=request.actor, subject=form.cleaned_data["address"])
    return _done(request, found, _("It is noted who asks, and how that was made sure."))


@step
def approval(request: ConsoleRequest, found: PrivacyRequest) -> HttpResponse:
    """It is to be done as asked."""
    actions.approve(found, actor=request.actor)
    return _done(request, found, _("The request is approved. Now do what was asked."))


@step
def refusal(request: ConsoleRequest, found: PrivacyRequest) -> HttpResponse:
    """It is not done; the person is told why."""
    form = typed.RefusalForm(request.POST)
    if not form.is_valid():
        return _page(request, found, refusal_form=form)
    reason = PrivacyRequest.Refusal(form.cleaned_data["reason"])
    actions.refuse(found, reason=reason, words=form.cleaned_data["words"], actor=request.actor)
    if form.cleaned_data["by_mail"]:
        write_to_person(found, refusal_words(found), author=request.me, actor=request.actor)
    return _done(request, found, _("The request is refused."))


@step
def extension(request: ConsoleRequest, found: PrivacyRequest) -> HttpResponse:
    """Two months more; the person is told why."""
    form = typed.ExtensionForm(request.POST)
    if not form.is_valid():
        return _page(request, found, extension_form=form)
    actions.extend(found, reason=form.cleaned_data["words"], actor=request.actor)
    if form.cleaned_data["by_mail"]:
        write_to_person(found, extension_words(found), author=request.me, actor=request.actor)
    return _done(request, found, _("There are two months more."))


@step
def hold(request: ConsoleRequest, found: PrivacyRequest) -> HttpResponse:
    """Nothing goes on for now; with a `basis` a legal hold keeps the person's data."""
    form = typed.HoldForm(request.POST)
    if not form.is_valid():
        return _page(request, found, hold_form=form)
    if form.cleaned_data["basis"]:
        let_erasures_end()
    actions.hold(found, words=form.cleaned_data["words"], actor=request.actor)
    if form.cleaned_data["basis"] and found.subject_id:
        basis = LegalHold.Basis(form.cleaned_data["basis"])
        place_hold(LegalHold.On.CONTACT, found.subject_id, basis=basis, actor=request.actor)
    return _done(request, found, _("The request is on hold. The clock runs on."))


@step
def release(request: ConsoleRequest, found: PrivacyRequest) -> HttpResponse:
    """It goes on where it was."""
    actions.release(found, actor=request.actor)
    return _done(request, found, _("The request goes on."))


@step
def doing(request: ConsoleRequest, found: PrivacyRequest) -> HttpResponse:
    """Do what was approved, by its kind; what is done by hand is noted."""
    form = doing_form(found, request.POST)
    if form is not None and not form.is_valid():
        return _page(request, found, doing_form=form)
    try:
        fulfil(found, form, actor=request.actor)
    except AddressTaken:
        if form is not None:
            form.add_error(None, _("Somebody else has this address already. Nothing was changed."))
        return _page(request, found, doing_form=form)
    return _done(request, found, _("It is done. Now tell the person."))


@step
def lifting(request: ConsoleRequest, found: PrivacyRequest) -> HttpResponse:
    """End the restriction of the person, or their objection."""
    form = typed.LiftingForm(request.POST)
    if found.type == Type.RESTRICT and not form.is_valid():
        return _page(request, found, lifting_form=form)
    lift(found, actor=request.actor)
    return _done(request, found, _("It is lifted."))


@step
def answer(request: ConsoleRequest, found: PrivacyRequest) -> HttpResponse:
    """Tell the person, or note that they were told; the clock stops. What is not done yet cannot be told."""
    if not possible(found)["answer"]:
        raise WrongState(f"{found.pk} is {found.state}")
    form = typed.AnswerForm(request.POST)
    if not form.is_valid():
        return _page(request, found, answer_form=form)
    actions.answer(found, actor=request.actor)
    if form.cleaned_data["way"] == typed.AnswerForm.MAIL:
        write_to_person(found, form.cleaned_data["words"], author=request.me, actor=request.actor)
    return _done(request, found, _("The person was told. The clock has stopped."))


@step
def closure(request: ConsoleRequest, found: PrivacyRequest) -> HttpResponse:
    """Put it away."""
    actions.close(found, actor=request.actor)
    return _done(request, found, _("The request is closed."))


def _found(request: ConsoleRequest, request_id: UUID) -> PrivacyRequest:
    try:
        return get_request(request.me, request_id)
    except PrivacyRequest.DoesNotExist as error:
        raise Http404("no such request") from error


def _back(found: PrivacyRequest) -> HttpResponse:
    return HttpResponseRedirect(reverse("console:settings-privacy-request", args=[found.pk]), status=303)


def _done(request: ConsoleRequest, found: PrivacyRequest, said: str) -> HttpResponse:
    messages.success(request, said)
    return _back(found)


def _page(request: ConsoleRequest, found: PrivacyRequest, **bound: forms.Form | None) -> HttpResponse:
    can_mail, may = can_write(found), possible(found)
    with_recipients = "recipients" in request.GET
    words_ = answer_words(found, with_recipients=with_recipients) if may["answer"] else ""
    told = {"words": words_, "way": "mail" if can_mail else "otherwise"}
    context: dict[str, Any] = {
        "one": found,
        "type": words.TYPES[found.type],
        "meaning": words.MEANINGS[found.type],
        "state": words.STATES[found.state],
        "channel": words.CHANNELS[found.channel],
        "proof": words.PROOFS.get(found.verified_by, ""),
        "refusal": words.REFUSALS.get(found.refusal, ""),
        "clock": clock_of(found, request.account.time_zone),
        "person": known_person(found.subject or contact_with(found.address)),
        "steps": steps_shown(found),
        "may": may,
        "telling": shown_or_none(telling_of(found)),
        "ticket_url": ticket_url(found.ticket.code) if found.ticket else "",
        "proof_form": typed.ProofForm(initial={"words": proof_words(found), "by_mail": can_mail}),
        "sender": sender_of(found),
        "kind_form": typed.KindForm(initial={"type": "" if found.type == Type.UNSAID else found.type}),
        "identity_form": typed.IdentityForm(initial={"address": _address(found)}),
        "refusal_form": typed.RefusalForm(initial={"by_mail": can_mail}),
        "extension_form": typed.ExtensionForm(initial={"by_mail": can_mail}),
        "hold_form": typed.HoldForm(),
        "answer_form": typed.AnswerForm(initial=told),
        "lifting_form": typed.LiftingForm(),
        "doing_form": doing_form(found) if may["fulfil"] else None,
    }
    return settings_response(request, TEMPLATE, context | bound, status=422 if bound else 200)


def _address(found: PrivacyRequest) -> str:
    return found.address or next(iter(addresses_of(found.subject)), "") if found.subject else found.address
