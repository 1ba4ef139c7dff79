"""The child that sets a PDF: the content comes in on its standard input, the file goes out. It knows no Django.

It reads its own template and fonts and nothing else: the template imports no package, and the compiler gets an empty
folder for packages and a proxy that does not exist, so that it could fetch none.
"""

import resource
import sys
from pathlib import Path

import typst

HERE = Path(__file__).resolve().parent
MEMORY = 2 * 1024**3  # bytes of address space; the compiler maps every font it finds
SECONDS = 30  # of the processor
TEMPLATE = HERE / "form.typ"
FONTS = HERE / "fonts"


def set_pdf(content: bytes, *, timestamp: int, template: bytes | None = None) -> bytes:
    """The PDF of a content (JSON). `timestamp` (seconds since 1970) stands in the file: equal input, equal bytes."""
    made = typst.compile(  # type: ignore[misc]  # its type of `output` says nothing when there is none
        template or TEMPLATE.read_bytes(),
        root=FONTS,
        font_paths=[FONTS],
        sys_inputs={"content": content.decode()},
        package_path=FONTS,
        package_cache_path=FONTS,
        timestamp=timestamp,
    )
    if not isinstance(made, bytes):
        raise TypeError("the compiler made no single file")
    return made


def main(argv: list[str]) -> None:
    """Entry of the child. Argument: the time that stands in the file."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.stdout.buffer.write(set_pdf(sys.stdin.buffer.read(), timestamp=int(argv[1])))


if __name__ == "__main__":
    main(sys.argv)
