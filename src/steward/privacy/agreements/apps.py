"""Agreements as a Django application."""

from django.apps import AppConfig


class AgreementsConfig(AppConfig):
    name = "steward.privacy.agreements"
    label = "agreements"
