"""The page for an address that leads nowhere."""

from typing import Any

from django.http import HttpResponse
from django.views.defaults import page_not_found

from steward.people.entering import member_of
from steward.people.languages import speak_to
from steward.tenancy.scope import account_scope


def not_found(request: Any, exception: Exception) -> HttpResponse:
    """Django's page in the language of whoever is signed in: where no address matches, no view has asked who it is."""
    account = getattr(request, "account", None)
    if request.resolver_match is None and account is not None:
        with account_scope(account.id):
            me = member_of(request)
        if me is not None:
            speak_to(me, account)
    return page_not_found(request, exception)
