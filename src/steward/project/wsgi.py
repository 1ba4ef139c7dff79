"""The Django application as WSGI, for servers of others: behind the wall, and not where nothing may be served."""

import importlib

from django.core.handlers.wsgi import WSGIHandler

from steward.project.starting import start_django


def _made() -> WSGIHandler:
    start_django()
    importlib.import_module("steward.project.places").check_places()  # it has models: not before Django is set up
    return WSGIHandler()


application = _made()
