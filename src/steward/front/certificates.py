"""The certificates of an account that is deleted, for whoever got the link by mail: nobody has an account there."""

import json
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from steward.front.entrance import base_domain_only
from steward.lifecycle.departing.owners import is_token_of
from steward.lifecycle.departing.queries import certificates_of, get_certificate
from steward.lifecycle.departing.setting_out import by_groups, certificate_pdf
from steward.lifecycle.models import AccountCertificate
from steward.people.throttling import LINK_CLIENT, TooManyTries, client_of, count_try
from steward.privacy.erasure.printing import NotPrinted
from steward.ui.certificates import as_file

_TOO_MANY = 429


@require_safe
@never_cache
@base_domain_only
def certificates(request: Any, account_id: UUID, token: str) -> HttpResponse:
    """What is certified, and both files of each."""
    if refused := _refused(request, account_id, token):
        return refused
    found = certificates_of(account_id)
    if not found:
        raise Http404("nothing is certified yet")
    told = json.loads(found[-1].content)
    context = {
        "certificates": found,
        "told": told,
        "groups": by_groups(told),
        "account_id": account_id,
        "token": token,
    }
    return TemplateResponse(request, "front/certificates.html", context)


@require_safe
@never_cache
@base_domain_only
def file(request: Any, account_id: UUID, token: str, of: str, kind: str) -> HttpResponse:
    """A certificate as a file: `pdf` to keep on paper, `json` with the digest it is checked by."""
    if refused := _refused(request, account_id, token):
        return refused
    try:
        found = get_certificate(account_id, of)
    except AccountCertificate.DoesNotExist as error:
        raise Http404("no such certificate") from error
    name = f"account-{found.account.slug}-{of}"
    if kind == "json":
        return as_file(found.content.encode(), name, kind)
    if kind != "pdf":
        raise Http404("no such kind of file")
    try:
        return as_file(certificate_pdf(found), name, kind)
    except NotPrinted:
        messages.error(request, _("The PDF could not be made just now. Try again in a minute, or take the JSON file."))
        return HttpResponseRedirect(reverse("front:certificates", args=[account_id, token]))


def _refused(request: Any, account_id: UUID, token: str) -> HttpResponse | None:
    """Who has not got the link learns nothing, not even whether there was such an account. Raises `Http404`."""
    if is_token_of(token, account_id):
        return None
    try:
        count_try(LINK_CLIENT, client_of(request))
    except TooManyTries as refusal:
        return TemplateResponse(request, "front/standing/gone.html", {"words": refusal.words}, status=_TOO_MANY)
    raise Http404("no such link")
