"""Addresses of the requests of persons, below `/console/settings/`."""

from django.urls import URLPattern, path

from steward.console.settings.privacy import request, requests

_ONE = "privacy/requests/<uuid:request_id>"

request_patterns: list[URLPattern] = [
    path("privacy/requests", requests.privacy_requests, name="settings-privacy-requests"),
    path("privacy/requests/read", requests.privacy_requests_read, name="settings-privacy-requests-read"),
    path("privacy/requests/new", requests.privacy_request_new, name="settings-privacy-request-new"),
    path(_ONE, request.privacy_request, name="settings-privacy-request"),
    path(f"{_ONE}/proof", request.proof, name="settings-privacy-request-proof"),
    path(f"{_ONE}/kind", request.kind, name="settings-privacy-request-kind"),
    path(f"{_ONE}/setting-aside", request.setting_aside, name="settings-privacy-request-setting-aside"),
    path(f"{_ONE}/identity", request.identity, name="settings-privacy-request-identity"),
    path(f"{_ONE}/approval", request.approval, name="settings-privacy-request-approval"),
    path(f"{_ONE}/refusal", request.refusal, name="settings-privacy-request-refusal"),
    path(f"{_ONE}/extension", request.extension, name="settings-privacy-request-extension"),
    path(f"{_ONE}/hold", request.hold, name="settings-privacy-request-hold"),
    path(f"{_ONE}/release", request.release, name="settings-privacy-request-release"),
    path(f"{_ONE}/doing", request.doing, name="settings-privacy-request-doing"),
    path(f"{_ONE}/lifting", request.lifting, name="settings-privacy-request-lifting"),
    path(f"{_ONE}/answer", request.answer, name="settings-privacy-request-answer"),
    path(f"{_ONE}/closure", request.closure, name="settings-privacy-request-closure"),
]
