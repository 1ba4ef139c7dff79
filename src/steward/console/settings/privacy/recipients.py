"""Telling recipients: who got data of a person, the letter to them, and noting that they were told."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.validators import validate_email
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from steward.console.entrance import ConsoleRequest
from steward.console.recipients_shown import shown
from steward.console.settings.entrance import settings_page, settings_response
from steward.lib.ids import read_id
from steward.privacy.recipients.actions import choose_by_itself, note_not_told, note_told, send_letters
from steward.privacy.recipients.letters import NoWay
from steward.privacy.recipients.models import Recipient, Telling
from steward.privacy.recipients.queries import get_telling, recipients_of
from steward.privacy.recipients.words import REASONS

MAIL, OTHERWISE, NOT_TOLD = "mail", "otherwise", "not_told"
NO_WAY = gettext_lazy(
    "No letter was sent: one of those ticked has no e-mail address, or its letter was deleted. Type an address, or "
    "tell them in another way."
)
_ADDRESS = "address_"


class DeedForm(forms.Form):
    """Who is chosen, and what is done about them."""

    deed = forms.ChoiceField(choices=[(each, each) for each in (MAIL, OTHERWISE, NOT_TOLD)])
    reason = forms.ChoiceField(choices=list(REASONS.items()), required=False)

    def __init__(self, *args: Any, everybody: Sequence[UUID], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._everybody = list(everybody)

    @property
    def chosen(self) -> list[UUID]:
        """Those ticked, or all that are still to be told."""
        if "all" in self.data:
            return self._everybody
        return [key for key in map(read_id, self._typed("recipient")) if key]

    @property
    def typed(self) -> dict[UUID, str]:
        """What was typed beside each recipient."""
        names = [name for name in self.data if str(name).startswith(_ADDRESS)]
        found = {read_id(name.removeprefix(_ADDRESS)): str(self.data[name]).strip() for name in names}
        return {key: address for key, address in found.items() if key and address}

    @property
    def addresses(self) -> dict[UUID, str]:
        """The same beside those chosen."""
        return {key: address for key, address in self.typed.items() if key in self.chosen}

    def clean(self) -> dict[str, Any]:
        if not self.chosen:
            raise forms.ValidationError(_("Tick at least one recipient."))
        if self.cleaned_data.get("deed") == NOT_TOLD and not self.cleaned_data.get("reason"):
            raise forms.ValidationError(_("Choose why they are not told."))
        for address in self.addresses.values():
            self._check(address)
        return self.cleaned_data

    def _check(self, address: str) -> None:
        try:
            validate_email(address)
        except forms.ValidationError as error:
            words = _("%(address)s is no e-mail address. Look whether it is whole.") % {"address": address[:254]}
            raise forms.ValidationError(words) from error

    def _typed(self, name: str) -> list[str]:
        data: Any = self.data
        return list(data.getlist(name))


@require_http_methods(["GET", "HEAD", "POST"])
@settings_page("erasures")
def recipients(request: ConsoleRequest, telling_id: UUID) -> HttpResponse:
    """Who got data, and the letters. A POST writes to those ticked, or notes how they were told or why not."""
    telling = _found(telling_id)
    everybody = [one.pk for one in recipients_of(telling) if one.is_open]
    form = DeedForm(request.POST if request.method == "POST" else None, everybody=everybody)
    if form.is_bound and form.is_valid():
        try:
            messages.success(request, _do(request, telling, form))
            return HttpResponseRedirect(reverse("console:settings-recipients", args=[telling.pk]), status=303)
        except NoWay:
            form.add_error(None, NO_WAY)
    one = shown(telling, form.chosen, form.typed) if form.is_bound else shown(telling)
    context = {"one": one, "form": form, "reasons": REASONS}
    return settings_response(request, "console/settings/recipients.html", context, status=422 if form.is_bound else 200)


@require_POST
@settings_page("erasures")
def recipients_by_itself(request: ConsoleRequest) -> HttpResponse:
    """Whether companies are written to as soon as an erasure is done."""
    choose_by_itself("by_itself" in request.POST, actor=request.actor)
    messages.success(request, _("Saved."))
    return HttpResponseRedirect(reverse("console:settings-erasures"), status=303)


def _do(request: ConsoleRequest, telling: Telling, form: DeedForm) -> str:
    deed, chosen = form.cleaned_data["deed"], form.chosen
    if deed == MAIL:
        number = send_letters(telling, chosen, actor=request.actor, addresses=form.addresses)
        said = ngettext("%(n)s letter is on its way.", "%(n)s letters are on their way.", number)
    elif deed == OTHERWISE:
        number = note_told(telling, chosen, actor=request.actor)
        said = ngettext("Noted for %(n)s recipient.", "Noted for %(n)s recipients.", number)
    else:
        number = note_not_told(telling, chosen, Recipient.Reason(form.cleaned_data["reason"]), actor=request.actor)
        said = ngettext("Noted for %(n)s recipient.", "Noted for %(n)s recipients.", number)
    return said % {"n": number}


def _found(telling_id: UUID) -> Telling:
    try:
        return get_telling(telling_id)
    except Telling.DoesNotExist as error:
        raise Http404("no such telling") from error
