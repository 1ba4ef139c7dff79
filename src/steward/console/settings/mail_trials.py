"""Trying the servers of an address out, with what is typed and not saved (`trying`)."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from steward.channels.email.composing import Letter, compose
from steward.channels.email.mailbox_editing import PasswordMissing, declaration
from steward.channels.email.models import MailAccount
from steward.console.entrance import ConsoleRequest
from steward.console.settings.entrance import settings_page, settings_response
from steward.console.settings.mail_accounts import account_page, get_or_404
from steward.console.settings.mail_forms import MailAccountForm, NewMailAccountForm
from steward.console.settings.mail_words import NO_RELAY, told
from steward.console.settings.trying import Prepared, Trials
from steward.lib.clock import now
from steward.lib.ids import new_id
from steward.privacy.egress.addresses import BadDestination
from steward.privacy.egress.routes import Route, Tls, relay_route
from steward.privacy.egress.trials import Trial, TrialMail, try_imap, try_smtp

TRIALS = Trials.named("mail trial")


class WhatForm(forms.Form):
    """Which part is tried."""

    what = forms.ChoiceField(choices=[(each, each) for each in ("imap", "smtp", "mail")])
    mail_account = forms.UUIDField(required=False)


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be tried."""

    what: str
    route: Route = field(repr=False)
    folder: str = "INBOX"
    mail: TrialMail = field(default_factory=lambda: TrialMail("", ""), repr=False)

    def run(self) -> Trial:
        """Do it."""
        if self.what == "imap":
            return try_imap(self.route, self.folder)
        return try_smtp(self.route, self.mail)


class _NotToTry(ValueError):
    """What was typed is not enough; the message says what is missing."""


@sensitive_post_parameters("imap_password", "smtp_password")
@require_POST
def mail_trial(request: Any) -> HttpResponseBase:
    """Try the mailbox (`what=imap`), the server to send through (`smtp`), or that with a mail to oneself (`mail`)."""
    return TRIALS.answer(request, _prepare, _shown)


@settings_page("mail-accounts")
def _prepare(request: ConsoleRequest) -> HttpResponse:
    try:
        return Prepared(_wish(request).run)
    except _NotToTry as error:
        return _page(request, {"fault": str(error)})


@settings_page("mail-accounts")
def _shown(request: ConsoleRequest, *, fault: str, trial: Trial | None) -> HttpResponse:
    context: dict[str, Any] = {"fault": fault}
    if trial is not None:
        context |= {"steps": told(trial), "is_good": trial.is_good, "count": trial.count}
    return _page(request, context)


def _wish(request: ConsoleRequest) -> Wish:
    asked = WhatForm(request.POST)
    if not asked.is_valid():
        raise _NotToTry(_("Choose what to test."))
    found, what = _account_of(asked), asked.cleaned_data["what"]
    form = MailAccountForm(request.POST) if found else NewMailAccountForm(request.POST)
    form.is_valid()
    if what == "imap":
        return Wish(what, _typed_route(request, form, "imap", found), form.cleaned_data.get("folder") or "INBOX")
    address = found.address if found else form.cleaned_data.get("address")
    if not address:
        raise _NotToTry(_("Fill in the address first."))
    is_relayed = form.cleaned_data.get("leaves_by") == "relay"
    route = _relay(request) if is_relayed else _typed_route(request, form, "smtp", found)
    if what == "smtp":
        return Wish(what, route, mail=TrialMail(address, address))
    if settings.STEWARD_DEMO:
        raise _NotToTry(_("In the demo no mail leaves this machine."))
    if is_relayed and found is None:
        raise _NotToTry(_("Save the address first: through this server mail leaves only from your own addresses."))
    return Wish(what, route, mail=_test_mail(request, address))


def _account_of(asked: WhatForm) -> MailAccount | None:
    mail_account_id: UUID | None = asked.cleaned_data["mail_account"]
    return get_or_404(mail_account_id) if mail_account_id else None


def _typed_route(request: ConsoleRequest, form: MailAccountForm, kind: str, found: MailAccount | None) -> Route:
    needed = {f"{kind}_{name}" for name in ("host", "port", "tls", "username")}
    if needed & set(form.errors) or not all(form.cleaned_data.get(name) for name in needed):
        raise _NotToTry(_("Fill in the server, the port and the user name first."))
    try:
        declared = declaration(form.server(kind), before=getattr(found, kind) if found else None)
    except BadDestination as error:
        raise _NotToTry(_("This is not the name of a server. Such names look like mail.example.com.")) from error
    except PasswordMissing as error:
        raise _NotToTry(_("Type the password: there is none for this server and user yet.")) from error
    return Route(
        account_id=request.account.id,
        destination=declared.destination,
        tls=Tls(declared.tls.value),
        username=declared.username,
        password=declared.password,
    )


def _relay(request: ConsoleRequest) -> Route:
    route = relay_route(request.account.id)
    if route is None:
        raise _NotToTry(str(NO_RELAY))
    return route


def _test_mail(request: ConsoleRequest, address: str) -> TrialMail:
    me = request.me.user.email
    letter = Letter(
        sender=(request.account.name, address),
        to=[(request.me.name, me)],
        subject=_("Test of %(address)s") % {"address": address},
        text=_("This mail was sent from the settings of Steward. It shows that mail from %(address)s arrives.")
        % {"address": address},
        at=now(),
        message_id=f"{new_id()}@{address.rpartition('@')[2]}",
        mark=str(request.account.id),
        is_automatic=True,
    )
    return TrialMail(address, me, compose(letter))


def _page(request: ConsoleRequest, context: dict[str, Any]) -> HttpResponse:
    """The result alone for who stays on the page; the whole page, as typed but for passwords, without scripts."""
    asked = WhatForm(request.POST)
    is_known = asked.is_valid()
    context = {"trial": context, "trial_what": asked.cleaned_data.get("what", "imap")}
    if "HX-Request" in request.headers:
        return TemplateResponse(request, "console/settings/_mail_trial.html", context)
    found = _account_of(asked) if is_known else None
    if found is not None:
        return account_page(request, found, context | {"form": MailAccountForm(request.POST)})
    context |= {"form": NewMailAccountForm(request.POST), "has_relay": True}
    return settings_response(request, "console/settings/mail_account_new.html", context)
