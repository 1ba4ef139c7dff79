"""Requests of persons as a Django application."""

from django.apps import AppConfig


class RequestsConfig(AppConfig):
    name = "steward.privacy.requests"
    label = "requests"
