from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "steward.ui"
    label = "ui"
