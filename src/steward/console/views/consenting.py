"""The page of a person about what they consented to: by a link, without signing in, on the host of the account."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import activate, get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from steward.console.consents_shown import standing_shown
from steward.contacts.models import Contact
from steward.lib.actor import Actor, ActorKind
from steward.lib.ids import read_id
from steward.people.throttling import CONSENT_CLIENT, TooManyTries, client_of, count_try
from steward.privacy.consent.access import get_purpose
from steward.privacy.consent.actions import NotAsked, Proof, give, records_of, withdraw
from steward.privacy.consent.links import contact_behind
from steward.privacy.consent.models import Purpose
from steward.privacy.consent.queries import said_by
from steward.tenancy.languages import chosen_language, spoken
from steward.tenancy.scope import account_scope

PAGE = "console/consents_of_person.html"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def own_consents(request: Any, token: str) -> HttpResponse:
    """What they agreed to, with one button each; a POST takes one back, or gives it again."""
    if request.account is None:
        raise Http404("consents are at the address of their account")
    try:
        count_try(CONSENT_CLIENT, client_of(request))
    except TooManyTries as refusal:
        return TemplateResponse(request, PAGE, {"account": request.account, "error": refusal.words}, status=429)
    with account_scope(request.account.id):
        who = contact_behind(token)
        if who is None:
            return TemplateResponse(request, PAGE, {"account": request.account, "is_gone": True}, status=404)
        activate(spoken(chosen_language(request), who.language, get_language()))  # LanguageMiddleware takes it back
        if request.method == "POST":
            _change(request, who)
            return HttpResponseRedirect(request.path, status=303)
        context = {"account": request.account, "standing": standing_shown(said_by(who, get_language() or "en"))}
    return TemplateResponse(request, PAGE, context)


def _change(request: Any, who: Contact) -> None:
    """Only of what they were asked once: nobody agrees to something by typing its id."""
    purpose, actor = _asked_of(request, who), Actor(ActorKind.CONTACT, who.pk)
    if request.POST.get("wants") == "no":
        withdraw(who, purpose, how="page", actor=actor)
        messages.success(request, _("You took your consent back. Nothing more is done by it."))
        return
    proof = Proof(channel="page", language=get_language() or "", address=str(request.META.get("REMOTE_ADDR", "")))
    try:
        give(who, purpose, proof, actor=actor)
        messages.success(request, _("You have consented again."))
    except NotAsked:
        messages.error(request, _("This is not asked for any more."))


def _asked_of(request: Any, who: Contact) -> Purpose:
    purpose_id = read_id(request.POST.get("purpose", ""))
    if purpose_id is None or not records_of(who).filter(purpose=purpose_id).exists():
        raise Http404("they were never asked this")
    return get_purpose(purpose_id)
