"""Files as a stream, and back."""

import io
import tarfile

import pytest

from steward.backups.errors import BackupFault
from steward.backups.packing import pack, unpack


def packed(root):
    stream = io.BytesIO()
    pack(root, stream)
    return io.BytesIO(stream.getvalue())


def tree(root):
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


@pytest.fixture
def root(tmp_path):
    folder = tmp_path / "files"
    for name, content in {"a/00/x": b"x" * 700_000, "a/01/y": b"", "b/00/z": b"\0\n"}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def test_everything_comes_back_and_again(root, tmp_path):
    stream = packed(root)
    for _ in range(2):
        stream.seek(0)
        assert unpack(stream, tmp_path / "back") == 3
        assert tree(tmp_path / "back") == tree(root)


def test_no_files_are_no_fault(tmp_path):
    assert unpack(packed(tmp_path / "none"), tmp_path / "back") == 0


def test_only_we_may_read_what_came_back(root, tmp_path):
    unpack(packed(root), tmp_path / "back")
    assert (tmp_path / "back" / "a" / "00" / "x").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("name", "kind"),
    [("/etc/x", tarfile.REGTYPE), ("../x", tarfile.REGTYPE), ("a/../../x", tarfile.REGTYPE), ("x", tarfile.SYMTYPE)],
)
def test_what_leads_outside_is_refused(tmp_path, name, kind):
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w|") as archive:
        member = tarfile.TarInfo(name)
        member.type, member.linkname = kind, "/etc/passwd"
        archive.addfile(member)
    stream.seek(0)
    with pytest.raises(BackupFault):
        unpack(stream, tmp_path / "back")
    assert tree(tmp_path) == {}
