"""Setting Django up in a process of ours."""

import os
import sys

import django

from steward.privacy.egress import wall
from steward.project.messages.compiling import compile_changed


def start_django() -> None:
    """Load settings and models, behind the wall. Once per process, before anything with models is imported."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "steward.project.settings")
    wall.install()
    _compile_catalogues()
    with wall.allow_child("a library asks the machine for its word size when it is imported"):
        django.setup()


def _compile_catalogues() -> None:
    """In a checkout, what changed since; where the folder is not ours to write in, the pages stay as they were."""
    try:
        compile_changed()
    except PermissionError as problem:
        print(f"Translations were not compiled: {problem}", file=sys.stderr)
