"""Setting a PDF in a child with limits: the content comes in on its standard input, the file goes out. No Django here.

A template and its fonts are read and nothing else: the template imports no package, and the compiler gets a folder for
packages that has none.
"""

import resource
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import typst

MEMORY = 2 * 1024**3  # bytes of address space; the compiler maps every font it finds
SECONDS = 30  # of the processor


@dataclass(frozen=True, slots=True)
class Sheet:
    """A template with the folders it may read: its own (`root`, without packages), and that of the fonts."""

    template: bytes
    root: Path
    fonts: Path


def compiled(sheet: Sheet, content: bytes, *, timestamp: int) -> bytes:
    """The PDF of a content (JSON). `timestamp` (seconds since 1970) stands in the file: equal input, equal bytes."""
    made = typst.compile(  # type: ignore[misc]  # its type of `output` says nothing when there is none
        sheet.template,
        root=sheet.root,
        font_paths=[sheet.fonts],
        sys_inputs={"content": content.decode()},
        package_path=sheet.root,
        package_cache_path=sheet.root,
        timestamp=timestamp,
    )
    if not isinstance(made, bytes):
        raise TypeError("the compiler made no single file")
    return made


def run_child(set_pdf: Callable[[bytes, int], bytes]) -> None:
    """The work of the child; its argument is the time that stands in the file."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.stdout.buffer.write(set_pdf(sys.stdin.buffer.read(), int(sys.argv[1])))
