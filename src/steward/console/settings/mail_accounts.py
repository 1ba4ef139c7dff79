"""Mail accounts: the addresses of the account, how their mail comes in and goes out, and what they answer at once."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from steward.channels.email.access import count_unsent, get_mail_account, has_others, is_used_already
from steward.channels.email.domain_proof import Proof, is_shown, proof_wanted
from steward.channels.email.mailbox_editing import (
    ComesBy,
    DefaultStays,
    LeavesBy,
    PasswordMissing,
    Wanted,
    change_mail_account,
    comes_by,
    declaration,
    leaves_by,
    make_default_address,
    remove_mail_account,
)
from steward.channels.email.mailbox_states import served_addresses, traffic
from steward.channels.email.mailboxes import (
    AddressRefused,
    Mailbox,
    add_mail_account,
    answer_automatically,
    claim_domain,
)
from steward.channels.email.models import MailAccount
from steward.channels.email.privacy_addresses import make_privacy_address
from steward.channels.email.recipients import split_address
from steward.channels.email.wording import BadWording
from steward.console.entrance import ConsoleRequest
from steward.console.settings.entrance import settings_page, settings_response
from steward.console.settings.mail_forms import (
    AutomaticAnswerForm,
    MailAccountForm,
    NewMailAccountForm,
    PrivacyAddressForm,
    as_typed,
)
from steward.console.settings.mail_words import failure_words
from steward.console.settings.wording_errors import said_of
from steward.lib.fold import fold
from steward.privacy.egress.connectors import declare_connector

_SECRETS = ("imap_password", "smtp_password")


class Question(HttpResponse):
    """No answer yet: first the DNS is asked, outside the transaction, and then the view again."""

    def __init__(self, proof: Proof) -> None:
        super().__init__(status=204)
        self.proof = proof


@require_safe
@settings_page("mail-accounts")
def mail_accounts(request: ConsoleRequest) -> HttpResponse:
    """The list."""
    shown = [
        {
            "address": each.mail_account,
            "position": each.position,
            "failure": failure_words(each.position.failure) if each.position and each.position.failure else "",
            "waiting": each.waiting,
            "comes_by": comes_by(each.mail_account),
            "is_stuck": not (each.mail_account.smtp_id or _has_relay()),
        }
        for each in served_addresses()
    ]
    return settings_response(request, "console/settings/mail_accounts.html", {"served": shown, "traffic": traffic()})


@sensitive_post_parameters(*_SECRETS)
@require_http_methods(["GET", "HEAD", "POST"])
def new_mail_account(request: Any) -> HttpResponse:
    """Add an address."""
    return _with_proof(_new_mail_account, request)


@settings_page("mail-accounts")
def _new_mail_account(request: ConsoleRequest, *, proved: bool | None) -> HttpResponse:
    start = {"comes_by": "imap", "leaves_by": "own", "name": request.account.name}
    form = NewMailAccountForm(request.POST) if request.method == "POST" else NewMailAccountForm(initial=start)
    context: dict[str, Any] = {"form": form, "has_relay": _has_relay()}
    if form.is_bound and form.is_valid():
        address, wanted = form.cleaned_data["address"], form.wanted()
        proof = _proof(address, wanted)
        if proof and proved is None:
            return Question(proof)
        context["proof"] = None if proved else proof
        if not context["proof"]:
            try:
                return _added(request, address, wanted, is_proven=bool(proof))
            except AddressRefused:
                form.add_error("address", _not_to_be_had(address))
            except PasswordMissing as error:
                form.add_error(f"{error.args[0]}_password", _password_wanted())
    status = 422 if form.is_bound else 200
    return settings_response(request, "console/settings/mail_account_new.html", context, status=status)


@sensitive_post_parameters(*_SECRETS)
@require_http_methods(["GET", "HEAD", "POST"])
def mail_account(request: Any, mail_account_id: UUID) -> HttpResponse:
    """One address: how it is served."""
    return _with_proof(_mail_account, request, mail_account_id=mail_account_id)


@settings_page("mail-accounts")
def _mail_account(request: ConsoleRequest, *, mail_account_id: UUID, proved: bool | None) -> HttpResponse:
    found = get_or_404(mail_account_id)
    form = MailAccountForm(request.POST) if request.method == "POST" else MailAccountForm(initial=as_typed(found))
    proof = None
    if form.is_bound and form.is_valid():
        wanted = form.wanted()
        proof = _proof(found.address, wanted, before=found)
        if proof and proved is None:
            return Question(proof)
        if not proof or proved:
            try:
                with transaction.atomic():
                    if proof:
                        claim_domain(proof.host, receives_mail=wanted.comes_by is ComesBy.DOMAIN)
                    change_mail_account(found, wanted, actor=request.actor)
                return back_to(request, found, _("Saved."))
            except AddressRefused:
                form.add_error("comes_by", _not_to_be_had(found.address))
            except PasswordMissing as error:
                form.add_error(f"{error.args[0]}_password", _password_wanted())
    context = {"form": form, "proof": None if proved else proof}
    return account_page(request, found, context, status=422 if form.is_bound else 200)


@require_POST
@settings_page("mail-accounts")
def mail_account_answer(request: ConsoleRequest, mail_account_id: UUID) -> HttpResponse:
    """What the address answers at once."""
    found = get_or_404(mail_account_id)
    form = AutomaticAnswerForm(request.POST)
    if form.is_valid():
        told = form.cleaned_data
        try:
            answer_automatically(
                found,
                is_on=told["answers_automatically"],
                subject=told["automatic_subject"],
                text=told["automatic_text"],
                actor=request.actor,
            )
            return back_to(request, found, _("Saved."))
        except BadWording as error:
            form.add_error("automatic_text", said_of(error))
    return account_page(request, found, {"answer_form": form}, status=422)


@require_POST
@settings_page("mail-accounts")
def mail_account_privacy(request: ConsoleRequest, mail_account_id: UUID) -> HttpResponse:
    """Whether what is written to the address are requests of persons about their data."""
    found = get_or_404(mail_account_id)
    form = PrivacyAddressForm(request.POST)
    is_on = form.is_valid() and form.cleaned_data["is_privacy_address"]
    make_privacy_address(found, is_on=is_on, actor=request.actor)
    return back_to(request, found, _("Saved."))


@require_POST
@settings_page("mail-accounts")
def mail_account_default(request: ConsoleRequest, mail_account_id: UUID) -> HttpResponse:
    """Let departments without an address of their own answer under this one."""
    found = get_or_404(mail_account_id)
    make_default_address(found, actor=request.actor)
    return back_to(request, found, _("Saved."))


@require_http_methods(["GET", "HEAD", "POST"])
@settings_page("mail-accounts")
def mail_account_removal(request: ConsoleRequest, mail_account_id: UUID) -> HttpResponse:
    """Give an address up. Asks for the word."""
    found = get_or_404(mail_account_id)
    word = pgettext("typed to confirm", "remove")
    error = ""
    if request.method == "POST":
        if fold(request.POST.get("word", "")).strip() != fold(word).strip():
            error = _("Type the word as it stands above the field.")
        else:
            try:
                remove_mail_account(found, actor=request.actor)
                messages.success(request, _("%(address)s was removed.") % {"address": found.address})
                return HttpResponseRedirect(reverse("console:settings-mail-accounts"), status=303)
            except DefaultStays:
                error = _("This is the default address. Make another one the default first.")
    context = {
        "mail_account": found,
        "word": word,
        "typed": request.POST.get("word", ""),
        "error": error,
        "others": has_others(found),
        "unsent": count_unsent(found),
    }
    status = 422 if error else 200
    return settings_response(request, "console/settings/mail_account_removal.html", context, status=status)


def get_or_404(mail_account_id: UUID) -> MailAccount:
    """The address with its department and servers."""
    try:
        return get_mail_account(mail_account_id)
    except MailAccount.DoesNotExist as error:
        raise Http404("no such address") from error


def account_page(
    request: ConsoleRequest, found: MailAccount, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """The page of one address; `context` has the form that came back, the other one is as stored."""
    answer = {name: getattr(found, name) for name in AutomaticAnswerForm.base_fields}
    whole: dict[str, Any] = {
        "form": MailAccountForm(initial=as_typed(found)),
        "answer_form": AutomaticAnswerForm(initial=answer),
        "privacy_form": PrivacyAddressForm(initial={"is_privacy_address": found.is_privacy_address}),
        "mail_account": found,
        "position": found.positions.filter(folder=found.folder).first(),
        "has_relay": _has_relay(),
        "others": has_others(found),
    } | context
    position = whole["position"]
    if position and position.failure:
        whole["failure"] = failure_words(position.failure)
    return settings_response(request, "console/settings/mail_account.html", whole, status=status)


def back_to(request: ConsoleRequest, found: MailAccount, words: str) -> HttpResponse:
    messages.success(request, words)
    return HttpResponseRedirect(reverse("console:settings-mail-account", args=[found.pk]), status=303)


def _with_proof(view: Any, request: Any, **named: Any) -> HttpResponse:
    """Run the view; when it wants to know of a record in the DNS, look there and run it again."""
    answer: HttpResponse = view(request, proved=None, **named)
    if isinstance(answer, Question):
        answer = view(request, proved=is_shown(answer.proof), **named)
    return answer


def _proof(address: str, wanted: Wanted, *, before: MailAccount | None = None) -> Proof | None:
    """What has to be shown: for a way in or out that uses the domain, unless it is used already."""
    is_new_in = wanted.comes_by is ComesBy.DOMAIN and (before is None or comes_by(before) is not ComesBy.DOMAIN)
    is_new_out = wanted.leaves_by is LeavesBy.RELAY and (before is None or leaves_by(before) is not LeavesBy.RELAY)
    return proof_wanted(split_address(address)[1]) if is_new_in or is_new_out else None


def _added(request: ConsoleRequest, address: str, wanted: Wanted, *, is_proven: bool) -> HttpResponse:
    with transaction.atomic():
        made = add_mail_account(_mailbox(request, address, wanted), department=wanted.department, actor=request.actor)
        if is_proven:
            claim_domain(split_address(address)[1], receives_mail=wanted.comes_by is ComesBy.DOMAIN)
    return back_to(request, made, _("The address was added."))


def _mailbox(request: ConsoleRequest, address: str, wanted: Wanted) -> Mailbox:
    servers = {
        server.kind.value: declare_connector(declaration(server, before=None), actor=request.actor)
        for server in (wanted.imap, wanted.smtp)
        if server is not None
    }
    return Mailbox(
        address=address,
        name=wanted.name,
        imap=servers.get("imap"),
        smtp=servers.get("smtp"),
        trusted_authserv=wanted.trusted_authserv,
        folder=wanted.folder,
        is_forwarded=wanted.comes_by is ComesBy.FORWARDED,
    )


def _has_relay() -> bool:
    return bool(settings.STEWARD_SMTP_RELAY or settings.STEWARD_DEMO)


def _password_wanted() -> str:
    return _("Type the password: there is none for this server and user yet.")


def _not_to_be_had(address: str) -> str:
    if is_used_already(address):
        return _("This is an address of your account already.")
    if "+" in address.partition("@")[0]:
        return _("Leave out the + and what follows it: Steward uses that itself.")
    return _("This address cannot be used here: its domain belongs to another account or to this installation.")
