"""The page about where an account stands, and what its owner asks for and orders there."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from steward.front.standing.entrance import OwnerRequest, owner_required
from steward.lib.clock import now
from steward.lifecycle.closing import order_deletion, withdraw_deletion
from steward.lifecycle.orders import ask_to_lift, order_copy
from steward.lifecycle.queries import life_of
from steward.lifecycle.reopening import reopening_shown
from steward.privacy.takeout.access import newest_copies
from steward.privacy.takeout.shown import shown
from steward.tenancy.scope import upkeep_scope
from steward.ui.meant import MeantForm


class LiftForm(forms.Form):
    """What the owner says to it."""

    words = forms.CharField(
        label=gettext_lazy("What you want to say"),
        required=False,
        max_length=2000,
        help_text=gettext_lazy(
            "When you paid, or what you want to change. It goes by mail to who runs this installation."
        ),
        widget=forms.Textarea(attrs={"rows": 4}),
    )


@require_safe
@owner_required
def account(request: OwnerRequest) -> HttpResponse:
    """Why nobody gets in, what comes when, what is owed, and what can be ordered."""
    return show_page(request, LiftForm())


@require_POST
@owner_required
def lifting(request: OwnerRequest) -> HttpResponse:
    """Ask to open it again. What is being deleted nobody can open: the page says that this has begun."""
    form = LiftForm(request.POST)
    if request.owner.account.departing_since is not None:
        return HttpResponseRedirect(reverse("front:standing-account"), status=303)
    if not form.is_valid():
        return show_page(request, form, status=422)
    with upkeep_scope(request.owner.account.pk):
        is_new = ask_to_lift(request.owner.account, owner=request.owner.me, words=form.cleaned_data["words"])
    if is_new:
        return _back(request, _("They have been asked to open it again. The answer comes by mail."))
    return _back(request, _("They were asked within the last day. Ask again tomorrow, or write them a mail."))


@require_POST
@owner_required
def copy(request: OwnerRequest) -> HttpResponse:
    """Order a copy of everything. Of what is being deleted there is none: the page says that this has begun."""
    if request.owner.account.departing_since is not None:
        return HttpResponseRedirect(reverse("front:standing-account"), status=303)
    with upkeep_scope(request.owner.account.pk):
        is_new = order_copy(request.owner.account, owner=request.owner.me)
    if is_new:
        return _back(request, _("The copy is ordered. You get a mail when it is ready."))
    return _back(request, _("A copy is being made already."))


@require_http_methods(["GET", "HEAD", "POST"])
@owner_required
def deletion(request: OwnerRequest) -> HttpResponse:
    """Order that everything is deleted, after typing a word. Where that has begun the page says so."""
    if request.owner.account.departing_since is not None:
        return HttpResponseRedirect(reverse("front:standing-account"), status=303)
    form = MeantForm(request.POST if request.method == "POST" else None, word=pgettext("typed to confirm", "delete"))
    if not form.is_valid():
        context = {"form": form, "account": request.owner.account}
        return TemplateResponse(request, "front/standing/deletion.html", context, status=422 if form.is_bound else 200)
    with upkeep_scope(request.owner.account.pk):
        is_new = order_deletion(request.owner.account, owner=request.owner.me)
    return _back(request, _("The deletion is ordered.") if is_new else _("The deletion is ordered already."))


@require_POST
@owner_required
def withdrawal(request: OwnerRequest) -> HttpResponse:
    """Take the order to delete back."""
    with upkeep_scope(request.owner.account.pk):
        was_there = withdraw_deletion(request.owner.account, owner=request.owner.me)
    return _back(request, _("The order is taken back.") if was_there else _("There is no such order."))


@require_POST
@owner_required
def leaving(request: OwnerRequest) -> HttpResponse:
    """Go, and forget who was here. Only by POST: a link must not be able to."""
    request.session.flush()
    return HttpResponseRedirect(reverse("home"), status=303)


def show_page(request: OwnerRequest, form: LiftForm, status: int = 200, **more: Any) -> HttpResponse:
    """The page, with what is to be said on it beside."""
    owner = request.owner
    with upkeep_scope(owner.account.pk):
        life = life_of(owner.account)
        context: dict[str, Any] = {"account": owner.account, "life": life, "form": form}
        context["reopening"] = reopening_shown()
        context["one"] = next(iter(shown(newest_copies()[:1])), None)
    # Ordered for at once, and nothing in the way.
    context["begins_now"] = life.leaves_at is not None and life.leaves_at <= now() and not life.is_stopped
    context |= {"contact": settings.STEWARD_CONTACT, **more}
    return TemplateResponse(request, "front/standing/account.html", context, status=status)


def _back(request: OwnerRequest, words: str) -> HttpResponse:
    messages.success(request, words)
    return HttpResponseRedirect(reverse("front:standing-account"), status=303)
