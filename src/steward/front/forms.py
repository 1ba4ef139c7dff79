"""What people type at the front door."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from steward.front.addresses import MailedAddress
from steward.lib.clock import now
from steward.people.models import SignUp, User
from steward.people.passwords import refuse_unfit
from steward.tenancy.residency import regions_here
from steward.tenancy.slugs import LONGEST, SlugRefused, check_slug, is_free, suggestions

_SUGGESTED = 3


class SignUpForm(forms.Form):
    """Who wants an account. Nothing here says whether an e-mail address is known."""

    company = forms.CharField(label=gettext_lazy("Company"), max_length=120)
    slug = forms.CharField(
        label=gettext_lazy("Address of your help desk"),
        max_length=LONGEST,
        help_text=gettext_lazy("It never changes, so that links in old mails keep working."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}),
    )
    name = forms.CharField(
        label=gettext_lazy("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    email = MailedAddress(help_text=gettext_lazy("A link to confirm it is sent there."))
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=lambda: settings.LANGUAGES)
    region = forms.ChoiceField(
        label=pgettext_lazy("where data lie", "Region"),
        help_text=gettext_lazy("Your data lie in this region and do not leave it."),
    )
    terms = forms.BooleanField(
        label=gettext_lazy("I accept the terms of use"),
        error_messages={"required": gettext_lazy("Accept the terms to open an account.")},
    )
    terms_version = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        regions = regions_to_choose()
        if len(regions) > 1:
            self.fields["region"].choices = regions  # type: ignore[attr-defined]
        else:
            del self.fields["region"]
        if not settings.STEWARD_TERMS_VERSION:
            del self.fields["terms"], self.fields["terms_version"]

    def clean_slug(self) -> str:
        slug = str(self.cleaned_data["slug"]).strip().lower()
        problem = problem_of(slug)
        if problem:
            raise forms.ValidationError(str(problem))
        return slug

    def clean_terms_version(self) -> str:
        """The version that was shown is the one that is accepted; a newer one has to be seen first."""
        shown = str(self.cleaned_data["terms_version"])
        if shown != settings.STEWARD_TERMS_VERSION:
            self.data = {**self.data.dict(), "terms_version": settings.STEWARD_TERMS_VERSION}  # type: ignore[attr-defined]
            self.add_error("terms", _("The terms have changed since this page was opened. Read them once more."))
        return shown


class PasswordForm(forms.Form):
    """The password of somebody new, who signed up as `asked`."""

    password = forms.CharField(
        label=pgettext_lazy("to be chosen", "Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, asked: SignUp, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = asked

    def clean_password(self) -> str:
        password = str(self.cleaned_data["password"])
        refuse_unfit(password, User(email=self.asked.email), self.asked.name, self.asked.company, self.asked.slug)
        return password


def regions_to_choose() -> list[tuple[str, str]]:
    """The regions an account can be opened in here: code and name."""
    return [(region.code, region.name) for region in regions_here()]


def problem_of(slug: str) -> str | Promise:
    """Why an account cannot have the slug; empty when it can. A slug somebody has just asked for is taken, too."""
    try:
        check_slug(slug)
    except SlugRefused as refusal:
        return str(refusal)
    if not is_free(slug) or SignUp.objects.filter(slug=slug, expires_at__gt=now()).exists():
        return _("This address is taken. Choose another one.")
    return ""


def free_slugs(wanted: str, company: str) -> list[str]:
    """A few slugs like the one wanted that can be had."""
    found: Iterator[str] = (slug for slug in suggestions(wanted, company) if slug != wanted and not problem_of(slug))
    return [slug for _number, slug in zip(range(_SUGGESTED), found, strict=False)]
