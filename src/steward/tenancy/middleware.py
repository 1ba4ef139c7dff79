"""The first question of every request: whose host is this?"""

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import activate

from steward.tenancy.directory import ELSEWHERE, Entry, account_at, base_host_account, is_base_host
from steward.tenancy.hosts import base_url
from steward.tenancy.languages import visitors_language
from steward.tenancy.models import Account

# Asked by supervisors and balancers, by whatever name they know the machine.
_HOSTLESS = frozenset({"/healthz", "/readyz", "/metrics"})
BACK_OFFICE = "/operator/"
OWNERS_PAGE = "/standing"  # the page about where an account stands, for its owner
# Links of mails that lead to the base domain: to what is certified of a deleted account, and what ends news by mail.
_OF_MAILS = ("/certificates/", "/news/")
_OF_NO_ACCOUNT = (BACK_OFFICE, OWNERS_PAGE, *_OF_MAILS)

# A name or an address in brackets, and a port (RFC 9110 section 7.2). Two headers arrive as one with a comma.
_HOST = re.compile(r"([a-z0-9.-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?")

Handler = Callable[[HttpRequest], HttpResponse]


class AccountMiddleware:
    """Puts the account that the host belongs to on `request.account` (None on the base domain); refuses other hosts.

    Hosts that only receive mail have no pages, nor have accounts of another region; a suspended account has only one,
    which says so.

    Opens no scope: each view decides what belongs into one transaction.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path in _HOSTLESS:
            request.account = None  # type: ignore[attr-defined]
            return self.get_response(request)
        host = host_of(request)
        account = _account_of(host, request.path)
        activate(visitors_language(request, account))  # `LanguageMiddleware` takes it back
        if not (_has_pages(account) if account else is_base_host(host)):
            return TemplateResponse(request, "tenancy/unknown_host.html", {"host": host}, status=421).render()
        if account is not None and account.state == Account.State.SUSPENDED:
            context = {"account": account, "owners_url": f"{base_url()}{OWNERS_PAGE}?account={account.slug}"}
            return TemplateResponse(request, "tenancy/suspended.html", context, status=403).render()
        request.account = account  # type: ignore[attr-defined]
        return self.get_response(request)


def _account_of(host: str, path: str) -> Entry | None:
    if not is_base_host(host):
        return account_at(host)
    # These belong to no account, also where one account answers on the base domain.
    return None if path.startswith(_OF_NO_ACCOUNT) else base_host_account()


def _has_pages(account: Entry) -> bool:
    return account.serves_console and account.state != ELSEWHERE


def host_of(request: HttpRequest) -> str:
    """The host the request names, lower case, without port; empty when what it names is none, or it names two."""
    named = _HOST.fullmatch(str(request.META.get("HTTP_HOST", "")).lower())
    return named[1] if named else ""
