"""Choosing a language where nobody is signed in: `{% load languages %}{% language_choice %}`."""

from typing import Any

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

register = template.Library()

PARAMETER = "lang"


@register.inclusion_tag("ui/_languages.html", takes_context=True)
def language_choice(context: template.Context) -> dict[str, Any]:
    """Links to this page in each language. What is asked for otherwise (`?next=`) stays."""
    request: HttpRequest = context["request"]
    current = get_language()
    return {
        "choices": [
            {"code": code, "name": name, "url": _url(request, code), "current": code == current}
            for code, name in settings.LANGUAGES
        ]
    }


def _url(request: HttpRequest, code: str) -> str:
    asked = request.GET.copy()
    asked[PARAMETER] = code
    return f"{request.path}?{asked.urlencode()}"
