"""The page, its document and its feeds: public, without sign-in, the same bytes for everybody who asks the same."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect, JsonResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from steward.front.subprocessors import documents, feeds
from steward.front.subprocessors.asking import BadQuestion, Question, question_in
from steward.front.subprocessors.keeping import Answer, kept, made
from steward.front.subprocessors.page import BeforeTheFirst, Page, page_of
from steward.front.subprocessors.whose import Whose, whose_page
from steward.lib.clock import now
from steward.privacy.egress.configuration import is_hosting
from steward.privacy.egress.registry.versions import published
from steward.tenancy.hosts import base_url
from steward.tenancy.languages import vary_by_language
from steward.ui.ages import full_day

HTML, JSON = "text/html; charset=utf-8", "application/json; charset=utf-8"
OBJECTING = "/console/settings/privacy/subprocessors"  # where an owner objects
# Asked for anew each time, and most often answered with 304: an announcement is seen at once.
_CACHING = "public, no-cache"

Make = Callable[[Page, str], str]


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The page to be read."""
    return _answered(request, HTML, _html)


@require_safe
def with_slash(request: HttpRequest) -> HttpResponse:
    """The same address as people type it: on to the one of the page, with what was asked, at any host."""
    query = request.META.get("QUERY_STRING", "")
    address = reverse("front:subprocessors")
    return HttpResponsePermanentRedirect(f"{address}?{query}" if query else address)


@require_safe
def as_json(request: HttpRequest) -> HttpResponse:
    """The page for programs, at its own address and at the well-known one (RFC 8615)."""
    return _answered(request, JSON, documents.document)


@require_safe
def as_atom(request: HttpRequest) -> HttpResponse:
    """The versions as an Atom feed."""
    return _answered(request, feeds.ATOM, feeds.atom, is_feed=True)


@require_safe
def as_json_feed(request: HttpRequest) -> HttpResponse:
    """The versions as a JSON feed."""
    return _answered(request, feeds.JSON, feeds.json_feed, is_feed=True)


def _answered(request: Any, content_type: str, make: Make, *, is_feed: bool = False) -> HttpResponse:
    whose = whose_page(request.account)
    try:
        question = question_in(request)
        if is_feed:  # it tells of all versions
            question = replace(question, point=None, compare=None)
        answer = _answer(question, whose, content_type, make)
    except BadQuestion as fault:
        return _for_everybody(request, _fault(content_type, whose, str(fault), 400))
    except BeforeTheFirst as fault:
        words = _before_the_first(fault)
        return _for_everybody(request, _fault(content_type, whose, words, 404, first=fault.first))
    return _for_everybody(request, _conditional(request, answer))


def _answer(question: Question, whose: Whose, content_type: str, make: Make) -> Answer:
    list_ = published()

    def answer() -> Answer:
        found = page_of(list_, question, whose)
        # What an account switches off changes its page without a version: only the mark tells of that.
        changed_at = None if whose.slug else found.updated_at
        text = make(found, base_url(whose.slug))
        return made(text, content_type, changed_at=changed_at, good_until=found.good_until)

    return kept((content_type, make, list_.head, question, whose, is_hosting(), now().date()), answer)


def _conditional(request: HttpRequest, answer: Answer) -> HttpResponse:
    """The answer, or that the reader has it already (RFC 9110 section 13)."""
    changed = int(answer.changed_at.timestamp()) if answer.changed_at else None
    response = HttpResponse(answer.body, content_type=answer.content_type, status=answer.status)
    found = get_conditional_response(request, etag=f'"{answer.mark}"', last_modified=changed, response=response)
    assert found is not None  # noqa: S101  only without a response to give
    found.headers["ETag"] = f'"{answer.mark}"'
    if answer.changed_at:
        found.headers["Last-Modified"] = answer.changed_at.strftime("%a, %d %b %Y %H:%M:%S GMT")
    return found


def _for_everybody(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Caches may keep it, and hand it on when we say that it is still the same: so it carries no cookie."""
    response.headers["Cache-Control"] = _CACHING
    response.headers["Content-Language"] = get_language() or settings.LANGUAGE_CODE
    vary_by_language(request, response)
    return response


def _html(found: Page, _origin: str) -> str:
    context = {
        "page": found,
        "whose": found.whose,
        "choices": _choices(found.question),
        "is_hosting": is_hosting(),
        "subscribe_url": f"{base_url()}/subprocessors/subscription?lang={found.question.language}",
        "regions": [] if found.whose.slug else _regions(found),
        "objecting_url": OBJECTING,
    }
    return render_to_string("front/subprocessors/page.html", context)


def _regions(found: Page) -> list[dict[str, Any]]:
    """All regions, then each of the list's."""
    chosen = found.question.region
    named = [("", pgettext("regions", "All regions")), *found.regions]
    return [
        {"name": name, "url": found.question.address("/subprocessors", region=code), "current": code == chosen}
        for code, name in named
    ]


def _choices(question: Question | None) -> list[dict[str, Any]]:
    """This page in each language."""
    current = get_language()
    return [
        {
            "code": code,
            "name": name,
            "url": question.address("/subprocessors", lang=code) if question else f"/subprocessors?lang={code}",
            "current": code == current,
        }
        for code, name in settings.LANGUAGES
    ]


def _before_the_first(fault: BeforeTheFirst) -> str:
    return _("There was no list on that day. The first one is of %(day)s.") % {
        "day": full_day(fault.first.published_at.date())
    }


def _fault(content_type: str, whose: Whose, words: str, status: int, **more: Any) -> HttpResponse:
    """What is wrong with the address, in the reader's language, and the way to the list."""
    if content_type != HTML:
        return JsonResponse({"error": words}, status=status, json_dumps_params={"ensure_ascii": False})
    context = {"words": words, "whose": whose, "choices": _choices(None), **more}
    return HttpResponse(render_to_string("front/subprocessors/fault.html", context), status=status)
