"""Choosing whom something is about, to erase or to export them: by an address, or by a request of theirs."""

from uuid import UUID

from django import forms
from django.http import Http404, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from steward.console.entrance import ConsoleRequest
from steward.lib.ids import read_id
from steward.privacy.requests.models import PrivacyRequest
from steward.privacy.requests.persons import Person, person_by_address, person_of


class WhomForm(forms.Form):
    """Any address of somebody."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail address of the person"),
        max_length=254,
        widget=forms.EmailInput({"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )


def to_whom(form: WhomForm, page: str) -> HttpResponseRedirect | None:
    """To the page (by the name of its address) about whoever has the address; None, with an error, for nobody."""
    if not form.is_valid():
        return None
    person = person_by_address(form.cleaned_data["email"])
    if person is None:
        form.add_error("email", _("Nobody here has this address. Look whether it is written as in their mails."))
        return None
    return HttpResponseRedirect(f"{reverse(page)}?contact={person.contacts[0]}", status=303)


def person_meant(request: ConsoleRequest, asked: PrivacyRequest | None) -> Person:
    """Who is meant: whom a request is of, else the `contact` of the address or the form. Raises `Http404`."""
    contact = asked.subject_id if asked else id_of(request, "contact")
    person = person_of(contact) if contact else None
    if person is None:
        raise Http404("no such person")
    return person


def id_of(request: ConsoleRequest, name: str) -> UUID | None:
    """The id under a name in the form or the address; None when there is none."""
    return read_id(str(request.POST.get(name) or request.GET.get(name, "")))
