"""Files of due diligence, to download."""

import re

from django.http import Http404
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from steward.files.sniffing import ENDINGS, TEXT
from steward.operator.downloads import as_download
from steward.operator.entrance import OperatorRequest, noted, operator_required
from steward.operator.registry.filed import title_of
from steward.operator.registry.state import written_now
from steward.privacy.egress.registry.versions import published
from steward.privacy.subprocessors.access import kept_papers
from steward.privacy.subprocessors.actions import read_paper
from steward.privacy.subprocessors.models import KeptPaper

_NOT_IN_A_NAME = re.compile(r'[\x00-\x1f<>:"/\\|?*\x7f]+')


@require_safe
@operator_required
def paper(request: OperatorRequest, sha256: str) -> HttpResponseBase:
    """One file, whichever version names it, or a form that was not saved yet."""
    found = kept_papers([sha256]).get(sha256)
    if found is None:
        raise Http404("no such file")
    content = read_paper(sha256)
    noted(request, "registry.file_read", about=sha256[:12])
    content_type = f"{TEXT}; charset=utf-8" if found.content_type == TEXT else found.content_type
    return as_download([content], content_type=content_type, name=_name(found))


def _name(found: KeptPaper) -> str:
    """As the draft calls it, else the newest version that names it."""
    written = written_now()
    registries = [written.registry, *(one.registry for one in reversed(published().versions))]
    titles = (title_of(registry, found.sha256) for registry in registries)
    title = _NOT_IN_A_NAME.sub(" ", next(filter(None, titles), "")).strip(" .")
    return f"{title or found.sha256[:12]}.{ENDINGS.get(found.content_type, 'bin')}"
