"""The child that sets the PDF of a certificate: content comes in on its standard input, the file goes out.

It reads one template and nothing else, and knows no Django: the template imports no package, and the compiler gets a
folder without any for packages.
"""

import resource
import sys
from pathlib import Path

import typst

PAPER = Path(__file__).resolve().parent / "paper"
FONTS = PAPER.parents[1] / "agreements" / "fonts"  # files alone: what reads from the right needs them
MEMORY = 2 * 1024**3  # bytes of address space; the compiler maps every font it finds
SECONDS = 30  # of the processor


def set_pdf(content: bytes, *, timestamp: int) -> bytes:
    """The PDF of a certificate (JSON). `timestamp` (seconds since 1970) stands in it: equal input, equal bytes."""
    made = typst.compile(  # type: ignore[misc]  # its type of `output` says nothing when there is none
        (PAPER / "certificate.typ").read_bytes(),
        root=PAPER,
        font_paths=[FONTS],
        sys_inputs={"content": content.decode()},
        package_path=PAPER,
        package_cache_path=PAPER,
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
