"""Erasures of the account: the list of them, and choosing whom the next one is about."""

from typing import Any

from django import forms
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from steward.channels.email.access import has_mailboxes
from steward.console.entrance import ConsoleRequest
from steward.console.erasures_shown import newest, plans
from steward.console.settings.entrance import settings_page, settings_response
from steward.console.settings.privacy.whom import WhomForm, id_of, person_meant, to_whom
from steward.notifications.account_models import ERASURES
from steward.notifications.of_account import read_of_account, unread_on
from steward.privacy.holds.actions import Held
from steward.privacy.holds.words import refusal
from steward.privacy.recipients.actions import mails_by_itself
from steward.privacy.recipients.queries import with_untold
from steward.privacy.requests.access import get_request
from steward.privacy.requests.actions import plan_erasure_of
from steward.privacy.requests.models import PrivacyRequest
from steward.privacy.requests.states import WrongState

HELD = gettext_lazy(
    "A legal hold keeps something of this person. Nothing was planned. Lift the hold first, or refuse the request and "
    "name the hold as the reason."
)


class HowForm(forms.Form):
    """What goes with the person."""

    WITH, WITHOUT = "with", "without"

    tickets = forms.ChoiceField(
        label=gettext_lazy("What happens to their tickets"),
        choices=[
            (WITH, pgettext_lazy("tickets of a person", "They are erased whole, with everything in them")),
            (WITHOUT, pgettext_lazy("tickets of a person", "They stay, and the person goes: no name, no address")),
        ],
        widget=forms.RadioSelect,
        initial=WITH,
    )
    in_mailboxes = forms.BooleanField(
        label=gettext_lazy("Also delete the copies of their mails in the mailboxes of this account"),
        required=False,
    )

    def __init__(self, *args: Any, has_mailboxes: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_mailboxes:
            del self.fields["in_mailboxes"]


@require_safe
@settings_page("erasures")
def erasures(request: ConsoleRequest) -> HttpResponse:
    """What was erased, and the way to the next one."""
    return _list(request, WhomForm())


@require_POST
@settings_page("erasures")
def erasures_read(request: ConsoleRequest) -> HttpResponse:
    """Say that one has read of what is late or failed; the line at the top of every page goes."""
    read_of_account(request.me, page=ERASURES)
    return HttpResponseRedirect(reverse("console:settings-erasures"), status=303)


@require_POST
@settings_page("erasures")
def erasure_search(request: ConsoleRequest) -> HttpResponse:
    """Find somebody by an address. It comes by POST: an address has no place in the log of a server."""
    form = WhomForm(request.POST)
    return to_whom(form, "console:settings-erasure-new") or _list(request, form, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@settings_page("erasures")
def erasure_new(request: ConsoleRequest) -> HttpResponse:
    """Who it is (`contact`, or the `request` of a person), and what goes with them; a POST counts it."""
    asked = _request(request)
    if asked is None and id_of(request, "contact") is None:
        return HttpResponseRedirect(reverse("console:settings-erasures"), status=303)
    person = person_meant(request, asked)
    form = HowForm(request.POST if request.method == "POST" else None, has_mailboxes=has_mailboxes())
    if form.is_bound and form.is_valid():
        try:
            erasure = plan_erasure_of(
                person,
                actor=request.actor,
                request=asked,
                keeps_tickets=form.cleaned_data["tickets"] == HowForm.WITHOUT,
                in_mailboxes=form.cleaned_data.get("in_mailboxes", False),
                in_background=True,
            )
            return HttpResponseRedirect(reverse("console:settings-erasure", args=[erasure.pk]), status=303)
        except Held as held:
            form.add_error(None, HELD)
            form.add_error(None, refusal(held.holds))
        except WrongState:
            form.add_error(None, _("This request cannot be carried out now: approve it first."))
    context = {"person": person, "form": form, "asked": asked}
    return settings_response(
        request, "console/settings/erasure_new.html", context, status=422 if form.is_bound else 200
    )


def _list(request: ConsoleRequest, form: WhomForm, *, status: int = 200) -> HttpResponse:
    ordered, unread = newest(), unread_on(request.me, ERASURES)
    context = {"erasures": ordered, "plans": plans(), "form": form, "unread": unread, "by_itself": mails_by_itself()}
    context["untold"] = with_untold([one.erasure.pk for one in ordered])
    return settings_response(request, "console/settings/erasures.html", context, status=status)


def _request(request: ConsoleRequest) -> PrivacyRequest | None:
    wanted = id_of(request, "request")
    if wanted is None:
        return None
    try:
        asked = get_request(request.me, wanted)
    except PrivacyRequest.DoesNotExist as error:
        raise Http404("no such request") from error
    if asked.type != PrivacyRequest.Type.ERASE:
        raise Http404("not a request to erase")
    return asked
