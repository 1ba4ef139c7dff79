"""Style sheets and scripts of a page, by name. Which there are is told in `steward.ui.storage`."""

from collections.abc import Iterable
from functools import lru_cache

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def sheets(*names: str) -> SafeString:
    """Links to sheets such as `console`, in force when the page shows."""
    return _links('<link rel="stylesheet" href="{}">', (f"steward/{name}.css" for name in names))


@register.simple_tag
def sheets_later(*names: str) -> SafeString:
    """Links to sheets that come into force with the first touch of the page (`touching.js`), which fetches them ahead.

    At once where no scripts run. Not by `rel="prefetch"`, which some browsers refuse under `default-src 'none'`.
    """
    ahead = _links('<link rel="later" href="{}" data-later>', (f"steward/{name}.css" for name in names))
    return format_html("{}<noscript>{}</noscript>", ahead, sheets(*names))


@register.simple_tag
def scripts(*names: str) -> SafeString:
    """Scripts such as `console`, run in their order when the page has been read."""
    found = (f"steward/js/{name}.js" for name in names)
    return _links('<script src="{}" type="module"></script>', found)


@register.simple_tag
def scripts_later(*names: str) -> SafeString:
    """Links to scripts that the page loads once they are wanted: fetched ahead, so that the touch does not wait.

    A name with a folder, such as `vendor/squire`, is not one of ours.
    """
    found = (f"steward/{name}.js" if "/" in name else f"steward/js/{name}.js" for name in names)
    return _links('<link rel="later" href="{}">', found)


def _links(html: str, files: Iterable[str]) -> SafeString:
    return _linked(html, tuple(files), settings.STATIC_URL)


@lru_cache(maxsize=256)  # a page has nine of them, the same ones on every page of its kind
def _linked(html: str, files: tuple[str, ...], _address: str) -> SafeString:
    return format_html_join("\n", html, ((static(file),) for file in files))
