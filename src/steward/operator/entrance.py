"""How a request comes into the back office: on the base domain, by an operator, with a second factor shown."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from steward.operator.pages import PAGES
from steward.people.models import Operator, User
from steward.people.operators import note_read, operator_in, pending_user
from steward.people.second_factors import has_second_factor
from steward.people.signed_in import is_fresh

View = Callable[..., HttpResponseBase]


class OperatorRequest(HttpRequest):
    """A request to the back office. Only for types: the attributes are set by the decorators below."""

    person: User  # who asks: an operator, or one who has shown the password and has no second factor yet
    operator: Operator | None  # None only for the latter


def base_domain_only(view: View) -> View:
    """The back office is on the base domain and nowhere else."""

    @wraps(view)
    def enter(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.account is not None:
            raise Http404("the back office is on the base domain")
        return view(request, *args, **kwargs)

    return enter


def operator_required(view: View) -> View:
    """Let operators in; everybody else is sent to the sign-in."""

    @base_domain_only
    @wraps(view)
    def enter(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        request.operator = operator_in(request, is_active=not _is_asked_by_page(request))
        if request.operator is None:
            return _to_sign_in(request)
        request.person = request.operator.user
        return view(request, *args, **kwargs)

    return enter


def fresh_required(view: View) -> View:
    """The same for pages that change how one signs in: who one is has to be shown again after ten minutes."""

    @operator_required
    @wraps(view)
    def enter(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if is_fresh(request.session, is_sent=request.method == "POST"):
            return view(request, *args, **kwargs)
        return redirect_to_login(_wanted(request, reverse("operator:me")), reverse("operator:second-factor"))

    return enter


def enrolling_or_fresh(view: View) -> View:
    """Let in, too, who has shown the password and has no second factor yet: the first sign-in adds one."""
    for_operators = fresh_required(view)

    @base_domain_only
    @wraps(view)
    def enter(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        user = pending_user(request)
        if user is None:
            return for_operators(request, *args, **kwargs)
        if has_second_factor(user):
            return HttpResponseRedirect(reverse("operator:second-factor"))
        request.person, request.operator = user, None
        return view(request, *args, **kwargs)

    return enter


def page_response(request: Any, key: str, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """A page inside the frame of the back office; `key` is one of `pages.PAGES`. A form that comes back has 422."""
    frame = {"pages": PAGES, "page": key, "email": request.person.email}
    return TemplateResponse(request, template, frame | context, status=status)


def typed(form: QueryDict, name: str) -> str:
    """A field of an address or a form, as PostgreSQL can look for it; empty when it is not there."""
    return str(form.get(name, "")).replace("\0", "").strip()


def noted(request: Any, act: str, *, account_id: Any = None, about: str = "") -> None:
    """Note in the operators' log that a page about accounts was read."""
    note_read(request.person.pk, act, account_id=account_id, about=about)


def next_of(request: Any) -> str:
    """Where the operator was going, when that is a page of the back office."""
    wanted = str(request.POST.get("next") or request.GET.get("next", ""))
    home = reverse("operator:overview")
    is_ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) and wanted.startswith(home)
    return wanted if is_ours else home


def _is_asked_by_page(request: Any) -> bool:
    return request.resolver_match is not None and request.resolver_match.url_name == "jobs-numbers"


def _to_sign_in(request: Any) -> HttpResponseBase:
    return redirect_to_login(_wanted(request, reverse("operator:overview")), reverse("operator:sign-in"))


def _wanted(request: Any, otherwise: str) -> str:
    """What takes only POST is no place to come back to."""
    return str(request.get_full_path()) if request.method in {"GET", "HEAD"} else otherwise
