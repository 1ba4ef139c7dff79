"""Answering the light poll with nothing when nothing changed."""

import hashlib
import re

from django.http import HttpResponse, HttpResponseNotModified
from django.template.response import TemplateResponse

from steward.console.entrance import ConsoleRequest

# Masked anew in each rendering; alone it is no change.
_TOKENS = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]*"')


def unless_unchanged(request: ConsoleRequest, response: TemplateResponse) -> HttpResponse:
    """The rendered response with an ETag, or 304 (RFC 9110 section 13.1.2) when the asker has it."""
    response.render()
    tag = '"' + hashlib.sha256(_TOKENS.sub(b"", response.content)).hexdigest()[:32] + '"'
    if request.headers.get("If-None-Match") == tag:
        return HttpResponseNotModified(headers={"ETag": tag})
    response["ETag"] = tag
    return response
