"""Agreement and terms: concluded by click or by an own text, its versions and files, and the terms of use."""

from functools import wraps
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from steward.console.entrance import ConsoleRequest, View
from steward.console.settings.agreement_forms import EndingForm, OwnTextForm, SigningForm, list_changed
from steward.console.settings.confirming import confirmed
from steward.console.settings.entrance import settings_page, settings_response
from steward.files.actions import read_file
from steward.notifications.account_models import AGREEMENT, Matter
from steward.notifications.of_account import read_by_all, read_of_account, unread_on
from steward.people.access import can_own
from steward.people.queries import member_names
from steward.privacy.agreements.access import (
    NoSuchFile,
    accepted_terms,
    account_with_region,
    file_of,
    get_agreement,
    standing_of_account,
)
from steward.privacy.agreements.actions import (
    AlreadyInForce,
    Ending,
    NotNeeded,
    Signer,
    accept_terms,
    conclude,
    draft_content,
    end,
    is_needed,
    is_on_offer,
    is_terms_asked,
    keep_in_force,
    submit,
    withdraw,
)
from steward.privacy.agreements.composing import FORM, NothingToSign
from steward.privacy.agreements.effects import OfOurs, effects_of
from steward.privacy.agreements.models import Agreement
from steward.privacy.agreements.rendering import render
from steward.privacy.agreements.shown import Reader, shown_versions
from steward.privacy.agreements.states import WrongState
from steward.privacy.egress.registry.versions import newest_head


def owner_only(view: View) -> View:
    """Admins read the page; what binds the company is for its owners."""

    @wraps(view)
    def check(request: ConsoleRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not can_own(request.me):
            raise PermissionDenied("agreement")
        return view(request, *args, **kwargs)

    return check


@require_safe
@settings_page("agreement")
def agreement(request: ConsoleRequest) -> HttpResponse:
    """What is in force, what waits, all versions, and the terms of use."""
    standing = standing_of_account()
    context = {
        "standing": standing,
        "in_force_means": _means(request, standing.in_force),
        "waiting_means": _means(request, standing.waiting),
        "is_reworded": standing.in_force is not None and standing.in_force.form_version not in {"", FORM},
        "unread": unread_on(request.me, AGREEMENT),
        "versions": shown_versions(standing.versions, _reader()),
        "may_act": can_own(request.me),
        "is_needed": is_needed(),
        "is_on_offer": is_on_offer(),
        "accepted": accepted_terms(),
        "is_terms_asked": is_terms_asked(),
        "terms_version": settings.STEWARD_TERMS_VERSION,
        "terms_url": settings.STEWARD_TERMS_URL,
        "newest": newest_head().number,
    }
    return settings_response(request, "console/settings/agreement.html", context)


@require_POST
@settings_page("agreement")
def agreement_read(request: ConsoleRequest) -> HttpResponse:
    """Say that one has read what one was told; the line at the top of every page goes."""
    read_of_account(request.me, page=AGREEMENT)
    return HttpResponseRedirect(reverse("console:settings-agreement"), status=303)


@require_safe
@settings_page("agreement")
def draft(request: ConsoleRequest) -> HttpResponseBase:
    """What would be signed now, as a file."""
    try:
        content = draft_content(account_with_region(request.account.id), language=request.account.language)
    except (NotNeeded, NothingToSign):
        return HttpResponseRedirect(reverse("console:settings-agreement"))  # which says why
    # Set while it is sent: that takes seconds, and the transaction of the request is over by then.
    made = StreamingHttpResponse(map(render, [content]), content_type="application/pdf")
    return _download(made, "data-processing-agreement-draft.pdf")


@require_http_methods(["GET", "HEAD", "POST"])
@settings_page("agreement")
@owner_only
@confirmed
def signing(request: ConsoleRequest) -> HttpResponse:
    """Conclude our form."""
    if not is_on_offer():
        return HttpResponseRedirect(reverse("console:settings-agreement"))
    is_sent = request.method == "POST"
    begun = {"name": request.me.name, "company": request.account.name, "registry_version": newest_head().number}
    form = SigningForm(request.POST) if is_sent else SigningForm(initial=begun)
    if is_sent and form.is_valid():
        try:
            conclude(
                account_with_region(request.account.id),
                _signer(request, form.cleaned_data),
                language=request.account.language,
                registry_version=form.cleaned_data["registry_version"],
                actor=request.actor,
            )
        except NothingToSign:
            form.add_error(None, list_changed())
            form.data = {**form.data.dict(), "registry_version": newest_head().number}  # type: ignore[attr-defined]
        except AlreadyInForce:
            form.add_error(None, _("This is in force already, with the same annexes."))
        else:
            read_by_all(Matter.REWORDED)
            messages.success(request, _("The agreement is in force."))
            return HttpResponseRedirect(reverse("console:settings-agreement"))
    context = {"form": form, "means": _means(request, OfOurs())}
    return settings_response(
        request, "console/settings/agreement_signing.html", context, status=422 if is_sent else 200
    )


@require_http_methods(["GET", "HEAD", "POST"])
@settings_page("agreement")
@owner_only
@confirmed
def own_text(request: ConsoleRequest) -> HttpResponse:
    """Hand in an own text."""
    if not is_needed():
        return HttpResponseRedirect(reverse("console:settings-agreement"))
    is_sent = request.method == "POST"
    begun = {"name": request.me.name, "language": request.account.language}
    form = OwnTextForm(request.POST, request.FILES) if is_sent else OwnTextForm(initial=begun)
    if is_sent and form.is_valid():
        signer = _signer(request, form.cleaned_data)
        submit(form.cleaned_data["text"], form.proposal, signer, actor=request.actor)
        messages.success(request, _("Handed in. You are answered within 10 working days."))
        return HttpResponseRedirect(reverse("console:settings-agreement"))
    return settings_response(
        request, "console/settings/agreement_own.html", {"form": form}, status=422 if is_sent else 200
    )


@require_http_methods(["GET", "HEAD", "POST"])
@settings_page("agreement")
@owner_only
@confirmed
def ending(request: ConsoleRequest) -> HttpResponse:
    """End what is in force; its meaning is said before, and the address of the account has to be typed."""
    in_force = standing_of_account().in_force
    if in_force is None:
        return HttpResponseRedirect(reverse("console:settings-agreement"))
    is_sent = request.method == "POST"
    form = EndingForm(request.POST if is_sent else None, word=request.account.slug)
    if is_sent and form.is_valid():
        typed = form.cleaned_data
        words = Ending(side=Agreement.Side.ACCOUNT, by=request.me.pk, words=typed["words"], at=typed["ends_at"])
        try:
            ended = end(in_force, words, actor=request.actor)
            messages.success(
                request, _("The agreement ends on its last day.") if ended.ends_at else _("The agreement has ended.")
            )
        except WrongState:
            is_theirs = in_force.ended_side == Agreement.Side.PROVIDER
            words_ = (
                _("Nothing was changed: no end of yours is set.") if is_theirs else _("It was not in force any more.")
            )
            messages.info(request, words_)
        return HttpResponseRedirect(reverse("console:settings-agreement"))
    context = {"form": form, "one": in_force}
    return settings_response(request, "console/settings/agreement_ending.html", context, status=422 if is_sent else 200)


@require_POST
@settings_page("agreement")
@owner_only
def staying(request: ConsoleRequest) -> HttpResponse:
    """Take the end that was set back."""
    in_force = standing_of_account().in_force
    try:
        if in_force is None:
            raise WrongState("nothing is in force")
        keep_in_force(in_force, side=Agreement.Side.ACCOUNT, actor=request.actor)
        messages.success(request, _("The agreement stays in force."))
    except WrongState:
        messages.info(request, _("Nothing was changed: no end of yours is set."))
    return HttpResponseRedirect(reverse("console:settings-agreement"))


@require_POST
@settings_page("agreement")
@owner_only
def withdrawal(request: ConsoleRequest) -> HttpResponse:
    """Take back the text that waits."""
    waiting = standing_of_account().waiting
    if waiting is None:
        messages.info(request, _("Nothing waits any more."))
    else:
        try:
            withdraw(waiting, actor=request.actor)
            messages.success(request, _("Taken back."))
        except WrongState:
            messages.info(request, _("Nothing waits any more."))
    return HttpResponseRedirect(reverse("console:settings-agreement"))


@require_POST
@settings_page("agreement")
@owner_only
def terms_of_use(request: ConsoleRequest) -> HttpResponse:
    """Accept the version of the terms of use that was shown."""
    if accept_terms(request.POST.get("version", "")[:80], member_id=request.me.pk, actor=request.actor):
        read_by_all(Matter.TERMS)
        messages.success(request, _("Accepted."))
    else:
        messages.error(request, _("The terms have changed since this page was opened. Read them once more."))
    return HttpResponseRedirect(reverse("console:settings-agreement"))


@require_safe
@settings_page("agreement")
def file(request: ConsoleRequest, agreement_id: UUID, part: str) -> HttpResponseBase:
    """One file of one version, never shown in the page."""
    try:
        found, name = file_of(get_agreement(agreement_id), part)
    except (Agreement.DoesNotExist, NoSuchFile) as error:
        raise Http404("no such file") from error
    return _download(FileResponse(read_file(found), content_type=found.content_type), name)


def _download(response: Any, name: str) -> HttpResponseBase:
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response  # type: ignore[no-any-return]


def _reader() -> Reader:
    def file_url(one: Agreement, part: str) -> str:
        return reverse("console:settings-agreement-file", args=[one.pk, part])

    return Reader(side=Agreement.Side.ACCOUNT, names=dict(member_names()), file_url=file_url)


def _means(request: ConsoleRequest, agreed: Agreement | OfOurs | None) -> tuple[str, ...]:
    """What the terms mean for what leaves."""
    if agreed is None:
        return ()
    return effects_of(agreed, region=account_with_region(request.account.id).data_centre.region)


def _signer(request: ConsoleRequest, typed: dict[str, Any]) -> Signer:
    return Signer(
        name=typed["name"],
        position=typed["position"],
        email=request.me.user.email,
        member_id=request.me.pk,
        address=str(request.META.get("REMOTE_ADDR", "")),
        company=typed.get("company", ""),
        company_address=typed.get("company_address", ""),
    )
