"""Tags: the account's list of them, with how many tickets each has; renaming, merging, deleting."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from steward.console.entrance import ConsoleRequest
from steward.console.settings.entrance import settings_page, settings_response
from steward.jobs import enqueue
from steward.lib.ids import read_id
from steward.tickets import actions
from steward.tickets.access import get_tag
from steward.tickets.actions import TagRefused
from steward.tickets.actions.tagging import LONGEST
from steward.tickets.models import Tag
from steward.tickets.queries import all_tags
from steward.tickets.tag_counts import MOST, MOST_OF_ONE, tags_with_counts, tickets_tagged
from steward.tickets.tasks import delete_tag_later, merge_tags_later
from steward.ui.initials import TINTS

AT_ONCE = 200  # tickets that are changed while one waits; more are left to a worker


class TagForm(forms.Form):
    """A name and a tint."""

    name = forms.CharField(label=pgettext_lazy("tag", "Name"), max_length=LONGEST)
    tint = forms.ChoiceField(
        label=gettext_lazy("Colour"),
        choices=[(str(number), str(number)) for number in range(1, TINTS + 1)],
        required=False,
    )

    def clean_tint(self) -> int:
        """A number; the first tint when none was chosen."""
        return int(self.cleaned_data["tint"] or 1)


@require_http_methods(["GET", "HEAD", "POST"])
@settings_page("tags")
def tags(request: ConsoleRequest) -> HttpResponse:
    """The list; a POST makes a new tag."""
    form = TagForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            actions.tag_named(form.cleaned_data["name"], actor=request.actor)
            return _back(request, _("Saved."))
        except TagRefused:
            form.add_error("name", _refusal())
    context = {"form": form, "tags": [(each, _told(count, MOST)) for each, count in tags_with_counts()]}
    return settings_response(request, "console/settings/tags.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@settings_page("tags")
def tag(request: ConsoleRequest, tag_id: UUID) -> HttpResponse:
    """One tag: its name and colour."""
    found = _tag(tag_id)
    form = (
        TagForm(request.POST) if request.method == "POST" else TagForm(initial={"name": found.name, "tint": found.tint})
    )
    if form.is_bound and form.is_valid():
        try:
            actions.change_tag(found, **form.cleaned_data, actor=request.actor)
            return _back(request, _("Saved."))
        except TagRefused:
            form.add_error("name", _("Another tag has this name. To make one tag of the two, merge them below."))
    others = [other for other in all_tags() if other.pk != found.pk]
    number = tickets_tagged(found)
    context = {
        "form": form, "tag": found, "others": others, "number": number, "told": _told(number, MOST_OF_ONE)
    }  # fmt: skip
    return settings_response(request, "console/settings/tag.html", context, status=422 if form.is_bound else 200)


@require_POST
@settings_page("tags")
def tag_merger(request: ConsoleRequest, tag_id: UUID) -> HttpResponse:
    """Give the tickets of this tag another one (`into`) instead."""
    found = _tag(tag_id)
    into = _tag(read_id(request.POST.get("into", "")))
    if into.pk == found.pk:
        raise Http404("a tag is not merged with itself")
    if tickets_tagged(found) > AT_ONCE:
        enqueue(merge_tags_later, tag=str(found.pk), into=str(into.pk), by=str(request.me.id))
        return _back(request, _("The tags are being merged; it takes a moment."))
    actions.merge_tags(found, into, actor=request.actor)
    return _back(request, _("The tags were merged."))


@require_POST
@settings_page("tags")
def tag_removal(request: ConsoleRequest, tag_id: UUID) -> HttpResponse:
    """Delete a tag. The form says on how many tickets it is."""
    found = _tag(tag_id)
    if tickets_tagged(found) > AT_ONCE:
        enqueue(delete_tag_later, tag=str(found.pk), by=str(request.me.id))
        return _back(request, _("The tag is being taken off its tickets; it takes a moment."))
    actions.delete_tag(found, actor=request.actor)
    return _back(request, _("The tag was deleted."))


def _tag(tag_id: UUID | None) -> Tag:
    try:
        return get_tag(tag_id)
    except Tag.DoesNotExist as error:
        raise Http404("no such tag") from error


def _back(request: Any, words: str) -> HttpResponse:
    messages.success(request, words)
    return HttpResponseRedirect(reverse("console:settings-tags"))


def _told(count: int, most: int) -> str:
    shown = number_format(min(count, most - 1), force_grouping=True)
    return f"{shown}+" if count >= most else shown


def _refusal() -> str:
    return _("A tag is a word or two: at least one letter or digit, at most %(most)s characters.") % {"most": LONGEST}
