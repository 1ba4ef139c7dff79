"""Addresses of access by support, below `/console/settings/`."""

from django.urls import URLPattern, path

from steward.console.settings.privacy import support

_ONE = "privacy/support/<uuid:grant_id>"

support_patterns: list[URLPattern] = [
    path("privacy/support", support.support, name="settings-support"),
    path("privacy/support/read", support.support_read, name="settings-support-read"),
    path("privacy/support/new", support.offer, name="settings-support-offer"),
    path(_ONE, support.support_grant, name="settings-support-grant"),
    path(f"{_ONE}/granting", support.granting, name="settings-support-granting"),
    path(f"{_ONE}/denial", support.refusal, name="settings-support-refusal"),
    path(f"{_ONE}/end", support.end, name="settings-support-end"),
]
