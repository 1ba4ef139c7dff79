"""Close the account: an owner has everything in it deleted, at once or after some days, and any owner takes it back."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from steward.console.entrance import ConsoleRequest
from steward.console.settings.confirming import confirmed
from steward.console.settings.entrance import settings_page, settings_response
from steward.lifecycle.closing import order_deletion, withdraw_deletion
from steward.lifecycle.plans import backups_after, plan_of
from steward.lifecycle.queries import is_held, life_of
from steward.tenancy.directory import account_as_stored


class ClosingForm(forms.Form):
    """When, and the address of the account typed as a sign that it is meant."""

    when = forms.TypedChoiceField(label=gettext_lazy("When"), coerce=int, widget=forms.RadioSelect)
    slug = forms.CharField(
        label=gettext_lazy("First part of the account’s address"),
        help_text=gettext_lazy("Typed as a sign that you mean it."),
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}),
    )

    def __init__(self, *args: Any, slug: str, cooling_days: int, **options: Any) -> None:
        super().__init__(*args, **options)
        self.wanted = slug
        words = ngettext(
            "In %(days)s day: until then everybody works as before",
            "In %(days)s days: until then everybody works as before",
            cooling_days,
        )
        choices = [(cooling_days, words % {"days": cooling_days}), (0, _("At once"))]
        self.fields["when"].choices = choices  # type: ignore[attr-defined]
        self.fields["when"].initial = cooling_days

    def clean_slug(self) -> str:
        slug = str(self.cleaned_data["slug"]).strip().lower()
        if slug != self.wanted:
            raise forms.ValidationError(_("This is not the first part of the account’s address."))
        return slug

    @property
    def after(self) -> timedelta:
        """How long it waits; the form is valid."""
        return timedelta(days=self.cleaned_data["when"])


@require_http_methods(["GET", "HEAD", "POST"])
@settings_page("closing")
@confirmed
def closing(request: ConsoleRequest) -> HttpResponse:
    """The order that stands, or a form to give one. Who has shown lately who they are."""
    account = account_as_stored(request.account.id)
    plan, typed = plan_of(account), request.POST if request.method == "POST" else None
    form = ClosingForm(typed, slug=account.slug, cooling_days=plan.cooling_days)
    if form.is_bound and form.is_valid():
        if order_deletion(account, owner=request.me, after=form.after):
            messages.success(request, _("The deletion is ordered. All owners and admins get a mail about it."))
        return HttpResponseRedirect(reverse("console:settings-closing"))
    context = {
        "form": form,
        "life": life_of(account),
        "slug": account.slug,
        "is_held": is_held(),
        "backups_days": backups_after(plan).days,
    }
    return settings_response(request, "console/settings/closing.html", context, status=422 if form.is_bound else 200)


@require_POST
@settings_page("closing")
def closing_withdrawal(request: ConsoleRequest) -> HttpResponse:
    """Take the order back: any owner may, and needs to show nothing for it."""
    if withdraw_deletion(account_as_stored(request.account.id), owner=request.me):
        messages.success(request, _("The order is taken back: nothing is deleted."))
    return HttpResponseRedirect(reverse("console:settings-closing"))
