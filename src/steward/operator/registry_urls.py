"""Addresses of the subprocessor registry in the back office, below `registry`."""

from django.urls import path

from steward.operator.views.registry import draft, papers, parts, publishing, versions

_COMPANY = "draft/subprocessors/<str:company>"
_ENGAGEMENT = f"{_COMPANY}/engagements/<str:engagement>"

urlpatterns = [
    path("versions/<int:version>", versions.version, name="registry-version"),
    path("versions/<int:version>/document.json", versions.version_document, name="registry-document"),
    path("files/<str:sha256>", papers.paper, name="registry-paper"),
    path("draft", draft.draft, name="registry-draft"),
    path("draft/opening", draft.opening, name="registry-opening"),
    path("draft/document.json", versions.draft_document, name="registry-draft-document"),
    path("draft/provider", parts.provider, name="registry-provider"),
    path("draft/regions/new", parts.region, name="registry-new-region"),
    path("draft/regions/<str:region>", parts.region, name="registry-region"),
    path("draft/regions/<str:region>/removal", draft.region_removal, name="registry-region-removal"),
    path("draft/subprocessors/new", parts.company, name="registry-new-company"),
    path(_COMPANY, parts.company, name="registry-company"),
    path(f"{_COMPANY}/removal", draft.company_removal, name="registry-company-removal"),
    path(f"{_COMPANY}/place", draft.company_place, name="registry-company-place"),
    path(f"{_COMPANY}/engagements/new", parts.engagement, name="registry-new-engagement"),
    path(_ENGAGEMENT, parts.engagement, name="registry-engagement"),
    path(f"{_ENGAGEMENT}/removal", draft.engagement_removal, name="registry-engagement-removal"),
    path(f"{_ENGAGEMENT}/place", draft.engagement_place, name="registry-engagement-place"),
    path("draft/prose/new", parts.block, name="registry-new-block"),
    path("draft/prose/<str:block>", parts.block, name="registry-block"),
    path("draft/prose/<str:block>/removal", draft.block_removal, name="registry-block-removal"),
    path("draft/prose/<str:block>/place", draft.block_place, name="registry-block-place"),
    path("draft/prose/<str:block>/default", draft.block_default, name="registry-block-default"),
    path("draft/publication", publishing.publication, name="registry-publication"),
    path("draft/approval", publishing.approval, name="registry-approval"),
    path("draft/publishing", publishing.publishing, name="registry-publishing"),
    path("draft/discarding", publishing.discarding, name="registry-discarding"),
]
