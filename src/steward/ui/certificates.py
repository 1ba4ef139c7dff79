"""Certificates as files to keep."""

from django.http import HttpResponse

_TYPES = {"json": "application/json", "pdf": "application/pdf"}


def as_file(content: bytes, name: str, kind: str) -> HttpResponse:
    """To be downloaded under this name, and kept by no cache; `kind` is `json` or `pdf`."""
    response = HttpResponse(content, content_type=_TYPES[kind])
    response["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    response["Cache-Control"] = "no-store"
    return response
