"""Pages that read files while they change something: no transaction of theirs waits for another machine."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from steward.console.entrance import ConsoleRequest
from steward.files.actions import FilesAway, bring_files
from steward.privacy.egress.decision import EgressDenied
from steward.privacy.egress.s3.errors import StoreFault

View = Callable[..., HttpResponseBase]


class BringingRequest(ConsoleRequest):
    """Only for types: a request that a view with `bringing_files` gets."""

    files_are_here: bool


def bringing_files(view: View) -> View:
    """Bring what the view calls `need_here` for, outside its transaction, and begin it again: `files_are_here` then.

    The view is already wrapped by what opens its scope. It changes nothing before it asks for files.
    """

    @wraps(view)
    def begin(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        request.files_are_here = False
        try:
            return view(request, *args, **kwargs)
        except FilesAway as away:
            missing = away.files
        try:
            for file in missing:
                try:
                    bring_files([file])
                except FileNotFoundError:
                    continue  # it was deleted meanwhile, or is lost: the view says so of it
        except (StoreFault, EgressDenied):
            messages.error(
                request, _("The store with the files of this ticket does not answer. Nothing was done: try again soon.")
            )
            return HttpResponseRedirect(request.path, status=303)
        request.files_are_here = True
        return view(request, *args, **kwargs)

    return begin
