"""How a request comes to a page of the settings, and how the page is answered."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse

from steward.console.entrance import ConsoleRequest, View, member_required
from steward.console.settings.pages import Group, Page, page_named, pages_for
from steward.console.shell import shell


def settings_page(key: str) -> Callable[[View], View]:
    """Let in who may open the page of this key: 403 for other members of the account. Sets `request.settings_page`."""
    page = page_named(key)

    def wrap(view: View) -> View:
        @member_required
        @wraps(view)
        def authorise(request: Any, **kwargs: Any) -> HttpResponseBase:
            if not page.allowed(request.me):
                raise PermissionDenied(f"settings:{key}")
            request.settings_page = page
            return view(request, **kwargs)

        return authorise

    return wrap


def settings_response(
    request: ConsoleRequest, template: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """The page inside the settings' frame. 422 shows a form again, with what was typed and why it was not saved."""
    page: Page | None = getattr(request, "settings_page", None)
    frame = {"page": "settings", "settings_page": page, "settings_groups": navigation(request)}
    return TemplateResponse(request, template, shell(request) | frame | context, status=status)


def navigation(request: ConsoleRequest) -> list[dict[str, Any]]:
    """The pages by heading, without headings that have none."""
    pages = pages_for(request.me)
    groups = [{"label": group.label, "pages": [page for page in pages if page.group == group]} for group in Group]
    return [group for group in groups if group["pages"]]
