"""Mail templates: the account's own words for each kind of mail in each language, with a preview."""

from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from steward.channels.email.access import own_template, own_templates
from steward.channels.email.mail_templates import (
    ALLOWED,
    HAS_SUBJECT,
    SUBJECT,
    Kind,
    Wordings,
    built_in,
    change_template,
    reset_template,
)
from steward.console.entrance import ConsoleRequest
from steward.console.settings.counting import counted_as
from steward.console.settings.entrance import settings_page, settings_response
from steward.console.settings.mail_samples import sample_of
from steward.console.settings.wording_errors import words_field
from steward.lib.html import frame_policy
from steward.outbox.actions import put_in_outbox
from steward.people.throttling import Limit
from steward.tenancy.languages import spoken

TEST_MAILS = Limit("template test", 20, timedelta(minutes=10))
ABOUT = {
    Kind.AUTOMATIC: gettext_lazy(
        "Sent at once to whoever writes about something new, where an address answers automatically."
    ),
    Kind.PRIVACY: gettext_lazy(
        "Sent in its place to whoever writes to a privacy address, where an address of the department answers "
        "automatically."
    ),
    Kind.ANSWER: gettext_lazy("What stands around the words of an agent who answers."),
    Kind.FIRST: gettext_lazy("What stands around the words of an agent who writes first."),
}
GAPS = {
    "ticket.code": gettext_lazy("The code of the ticket, such as KXQ-40321"),
    "ticket.subject": gettext_lazy("Its subject"),
    "contact.name": gettext_lazy("The name of the person who is written to, or the address if there is none"),
    "agent.name": gettext_lazy("The name of the agent who writes"),
    "department.name": gettext_lazy("The department of the ticket"),
    "account.name": gettext_lazy("Your company, as customers know it"),
    "answer": gettext_lazy("On a line of its own: what the agent wrote"),
    "signature": gettext_lazy("On a line of its own: the signatures of the agent and of the department"),
    "history": gettext_lazy("On a line of its own: the message that is answered, quoted"),
}


class TemplateForm(forms.Form):
    """The words of one kind of mail in one language."""

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if kind in HAS_SUBJECT:
            self.fields["subject"] = words_field(SUBJECT, label=gettext_lazy("Subject"), max_length=200)
        self.fields["body"] = words_field(
            ALLOWED[kind],
            label=pgettext_lazy("of a mail", "Text"),
            max_length=10_000,
            widget=forms.Textarea(attrs={"rows": 10}),
        )


@require_safe
@settings_page("mail-templates")
def mail_templates(request: ConsoleRequest) -> HttpResponse:
    """Every kind with its languages, and which of them the account has its own words for."""
    own = own_templates()
    kinds = [
        {
            "label": kind.label,
            "about": ABOUT[kind],
            "languages": [
                {"name": name, "code": code, "is_own": (kind.value, code) in own, "url": _url(kind, code)}
                for code, name in _languages(request)
            ],
        }
        for kind in Kind
    ]
    return settings_response(request, "console/settings/mail_templates.html", {"kinds": kinds})


@require_http_methods(["GET", "HEAD", "POST"])
@settings_page("mail-templates")
def mail_template(request: ConsoleRequest) -> HttpResponse:
    """One kind in one language (`?kind=…&language=…`)."""
    kind, language = _asked(request)
    form = TemplateForm(request.POST, kind=kind) if request.method == "POST" else _stored(kind, language)
    if form.is_bound and form.is_valid():
        words = {"subject": ""} | form.cleaned_data
        change_template(kind, language, **words, actor=request.actor)
        messages.success(request, _("Saved."))
        return HttpResponseRedirect(_url(kind, language), status=303)
    return _page(request, form, (kind, language), status=422 if form.is_bound else 200)


@require_POST
@settings_page("mail-templates")
def reset(request: ConsoleRequest) -> HttpResponse:
    """Go back to Steward's words."""
    kind, language = _asked(request)
    reset_template(kind, language, actor=request.actor)
    messages.success(request, _("These are Steward's words again."))
    return HttpResponseRedirect(_url(kind, language), status=303)


@require_http_methods(["GET", "HEAD", "POST"])
@settings_page("mail-templates")
def preview(request: ConsoleRequest) -> HttpResponse:
    """The mail with sample values, as typed or as it is: the document of a sandboxed frame."""
    kind, language = _asked(request)
    form = TemplateForm(request.POST, kind=kind) if request.method == "POST" else _stored(kind, language)
    context: dict[str, Any] = {"errors": [error for errors in form.errors.values() for error in errors]}
    if not form.errors:
        wordings, words = Wordings(), form.cleaned_data if form.is_bound else dict(form.initial)
        context = sample_of(request.me, kind, language, words, wordings).shown(request, wordings)
    response = TemplateResponse(request, "console/settings/mail_template_preview.html", context)
    response["Content-Security-Policy"] = frame_policy()
    return response


@require_POST
@counted_as(TEST_MAILS)
@settings_page("mail-templates")
def test_mail(request: ConsoleRequest) -> HttpResponse:
    """Send the mail with sample values, as typed, to the address of whoever asks. What is typed is not saved."""
    kind, language = _asked(request)
    form = TemplateForm(request.POST, kind=kind)
    context: dict[str, Any] = {"test_errors": [error for errors in form.errors.values() for error in errors]}
    if refusal := request.too_many_tries:  # type: ignore[attr-defined]
        context = {"test_errors": [refusal.words]}
    elif form.is_valid():
        context = _tested(request, kind, language, form.cleaned_data)
    if "HX-Request" in request.headers:
        return TemplateResponse(request, "console/settings/_mail_template_test.html", context)
    return _page(request, form, (kind, language), context, status=422 if form.errors else 200)


def _tested(request: ConsoleRequest, kind: str, language: str, words: dict[str, Any]) -> dict[str, Any]:
    """Put the mail into the outbox, and say so."""
    wordings = Wordings()
    put_in_outbox([sample_of(request.me, kind, language, words, wordings).mail(request.me, wordings)])
    return {"tested_to": request.me.user.email}


def _page(
    request: ConsoleRequest,
    form: TemplateForm,
    asked: tuple[str, str],
    more: dict[str, Any] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    kind, language = asked
    context = {
        "form": form,
        "kind": Kind(kind),
        "about": ABOUT[Kind(kind)],
        "language": language,
        "language_name": dict(settings.LANGUAGES)[language],
        "languages": [(code, name, _url(kind, code)) for code, name in _languages(request)],
        "is_own": own_template(kind, language) is not None,
        "gaps": [(name, GAPS[name]) for name in (*ALLOWED[kind].gaps, *ALLOWED[kind].blocks)],
        "template_query": urlencode({"kind": kind, "language": language}),
    }
    return settings_response(request, "console/settings/mail_template.html", context | (more or {}), status=status)


def _stored(kind: str, language: str) -> TemplateForm:
    own = own_template(kind, language)
    words = own or built_in(kind, language)
    return TemplateForm(initial={"subject": words.subject, "body": words.body}, kind=kind)


def _asked(request: HttpRequest) -> tuple[str, str]:
    """The kind and the language of the address; unless told, the first and the account's. 404 for others."""
    kind = request.GET.get("kind") or Kind.AUTOMATIC.value
    language = request.GET.get("language") or spoken(request.account.language)  # type: ignore[attr-defined]
    if kind not in Kind.values or language not in dict(settings.LANGUAGES):
        raise Http404("no such template")
    return kind, language


def _languages(request: ConsoleRequest) -> list[tuple[str, str]]:
    """The account's own first."""
    own = spoken(request.account.language)
    return sorted(settings.LANGUAGES, key=lambda each: each[0] != own)


def _url(kind: str, language: str) -> str:
    return f"{reverse('console:settings-mail-template')}?{urlencode({'kind': str(kind), 'language': language})}"
