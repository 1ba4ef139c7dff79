"""Names of files from strangers, made safe to save under. Pure."""

import re

# Controls, what no file system of a reader takes, what nobody sees, and what turns the direction of writing; joiners
# stay, for Persian needs them.
_UNWANTED = re.compile('[\x00-\x1f\x7f/\\\\:*?"<>|\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]')
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)
_LONGEST = 120  # bytes of UTF-8; most file systems take 255, and folders stand before it


def safe_name(name: str) -> str:
    """The name without what disguises it or leads elsewhere; `file` where nothing is left. It never begins with a dot
    and is no name of a device (Windows), and its ending stays when it is cut.
    """
    kept = " ".join(_UNWANTED.sub("", name).split()).strip(" .")
    if _DEVICES.match(kept):
        kept = f"file {kept}"
    return _cut(kept) or "file"


def _cut(name: str) -> str:
    stem, dot, ending = name.rpartition(".")
    if not stem or len(ending.encode()) > 12:
        stem, dot, ending = name, "", ""
    room = _LONGEST - len(f"{dot}{ending}".encode())
    return stem.encode()[:room].decode("utf-8", "ignore").rstrip(" .") + dot + ending
