"""Setting Django up in a process of ours."""

import os

import django

from steward.privacy.egress import wall


def start_django() -> None:
    """Load settings and models, behind the wall. Once per process, before anything with models is imported."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "steward.project.settings")
    wall.install()
    with wall.allow_child("a library asks the machine for its word size when it is imported"):
        django.setup()
