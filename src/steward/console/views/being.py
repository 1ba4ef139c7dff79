"""What a person says of themselves at any time: whether they are there; that they need the guide no more."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from steward.console.entrance import ConsoleRequest, member_required
from steward.console.first_steps import all_steps
from steward.console.shell import shell
from steward.people.access import can_administer
from steward.people.actions import edit_profile, set_availability, skip_guide
from steward.people.models import Appearance, Availability

LIST = "/console/"


@require_POST
@member_required
def availability(request: ConsoleRequest) -> HttpResponse:
    """Be `online`, `away` or `off`; answers htmx with the menu as it is now."""
    wanted = request.POST.get("availability", "")
    if wanted not in Availability.values:
        return HttpResponse(status=400)
    set_availability(request.me, wanted, actor=request.actor)
    if "HX-Request" in request.headers:
        return TemplateResponse(request, "console/_me.html", shell(request))
    return HttpResponseRedirect(_from_where(request), status=303)


@require_POST
@member_required
def appearance(request: ConsoleRequest) -> HttpResponse:
    """Look light, dark, or as the system does."""
    wanted = request.POST.get("appearance", "")
    if wanted not in Appearance.values:
        return HttpResponse(status=400)
    edit_profile(request.me, actor=request.actor, appearance=wanted)
    return HttpResponseRedirect(_from_where(request), status=303)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def guide(request: ConsoleRequest) -> HttpResponse:
    """The first steps of a new account on a page of their own; a POST puts them away for this person."""
    if request.method == "POST":
        skip_guide(request.me)
        return HttpResponseRedirect(LIST, status=303)
    if not can_administer(request.me):
        raise PermissionDenied("settings:edit")
    return TemplateResponse(request, "console/guide.html", shell(request) | {"steps": all_steps(request)})


def _from_where(request: ConsoleRequest) -> str:
    came = request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(came, {request.get_host()}, require_https=request.is_secure())
    return came if is_ours and came else LIST
