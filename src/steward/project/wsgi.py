"""The Django application as WSGI, for servers of others: behind the wall, and not where nothing may be served."""

import importlib

from django.core.handlers.wsgi import WSGIHandler

from steward.project.starting import start_django


def _made() -> WSGIHandler:
    start_django()
    places = importlib.import_module("steward.project.places")  # it has models: not before Django is set up
    places.check_places()
    places.note_instructions()
    return WSGIHandler()


application = _made()
