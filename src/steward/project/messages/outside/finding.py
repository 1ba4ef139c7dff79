"""All of them, in all sources."""

from collections.abc import Iterator
from pathlib import Path

from steward.project.messages.outside.python import in_python
from steward.project.messages.outside.scripts import in_script
from steward.project.messages.outside.templates import in_template
from steward.project.messages.sources import PACKAGE, source_files


def strings_outside(package: Path = PACKAGE) -> Iterator[str]:
    """Every text outside gettext, in templates, Python and scripts."""
    for path in source_files(package):
        name = path.relative_to(package.parent).as_posix()
        yield from (in_python if path.suffix == ".py" else in_template)(path.read_text(), name)
    for path in sorted(package.rglob("static/**/*.js")):
        if "vendor" not in path.parts:
            yield from in_script(path.read_text(), path.relative_to(package.parent).as_posix())
