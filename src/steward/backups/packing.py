"""The files of the object store as one stream (tar), and back. They are encrypted already, each under its account."""

import os
import shutil
import tarfile
from collections.abc import Container, Iterator
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

from steward.backups.errors import BackupFault
from steward.privacy.egress.s3.buckets import Bucket
from steward.privacy.egress.s3.client import Client
from steward.privacy.egress.s3.streams import as_file
from steward.privacy.keys.streaming import EncryptingWriter

_BUFFER = 256 * 1024
_ASIDE = ".restoring"


def pack(root: Path, target: EncryptingWriter, bucket: Bucket | None = None) -> int:
    """Write all files below `root`, and then those of the bucket that are not there; returns how many.

    What is deleted meanwhile is left out; what goes from the folder to the bucket meanwhile is not.
    """
    packed = set[str]()
    with tarfile.open(fileobj=cast(BinaryIO, target), mode="w|", format=tarfile.GNU_FORMAT, bufsize=_BUFFER) as archive:
        for path in _files(root):
            try:
                file = path.open("rb")
            except FileNotFoundError:
                continue  # erased since the folder was listed
            with file:
                archive.addfile(_member(path.relative_to(root), file), file)
            _forget(archive)
            packed.add(path.relative_to(root).as_posix())
        return len(packed) + (_pack_bucket(archive, bucket, packed) if bucket else 0)


def _pack_bucket(archive: tarfile.TarFile, bucket: Bucket, packed: Container[str]) -> int:
    added = 0
    with Client(bucket) as client:
        for kept in client.objects():
            if kept.key in packed:
                continue
            member = tarfile.TarInfo(kept.key)
            member.size, member.mtime, member.mode = kept.size, int(kept.at.timestamp()), 0o600
            file = as_file(client, kept)
            try:
                file.peek(1)
            except FileNotFoundError:
                continue  # erased since the list
            archive.addfile(member, file)
            _forget(archive)
            added += 1
    return added


def unpack(source: BinaryIO, root: Path) -> int:
    """Write the files below `root`, each whole or not at all; returns how many. May be repeated."""
    unpacked = 0
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tarfile.open(fileobj=source, mode="r|", bufsize=_BUFFER) as archive:
        while (member := archive.next()) is not None:
            _write(archive, member, root / _inside(member))
            _forget(archive)
            unpacked += 1
    # The archive ends before the stream does; only its end says that nothing was cut off.
    while source.read(_BUFFER):
        pass
    os.sync()  # once: each file by itself would take hours
    return unpacked


def _forget(archive: tarfile.TarFile) -> None:
    """It remembers each member; memory would grow with the number of files."""
    archive.members = []  # type: ignore[attr-defined]


def _files(root: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(root):
        folders.sort()
        yield from (Path(folder) / name for name in sorted(names) if not name.startswith("."))


def _member(name: Path, file: BinaryIO) -> tarfile.TarInfo:
    member, stat = tarfile.TarInfo(name.as_posix()), os.fstat(file.fileno())
    member.size, member.mtime, member.mode = stat.st_size, int(stat.st_mtime), 0o600
    return member


def _inside(member: tarfile.TarInfo) -> PurePosixPath:
    """The name, where it stays below the folder."""
    name = PurePosixPath(member.name)
    if not member.isreg() or name.is_absolute() or ".." in name.parts:
        raise BackupFault(f"The backup holds something that is no file of ours: {member.name!r}.")
    return name


def _write(archive: tarfile.TarFile, member: tarfile.TarInfo, path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    aside = path.with_name(path.name + _ASIDE)
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        content = archive.extractfile(member)
        if content is not None:
            shutil.copyfileobj(content, file, _BUFFER)
    os.utime(aside, (member.mtime, member.mtime))
    aside.replace(path)
