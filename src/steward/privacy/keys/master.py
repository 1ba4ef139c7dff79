"""The master key, which wraps all other keys: from the environment, or from a file only its owner can read."""

import base64
import binascii
import hashlib
import secrets
import stat
from pathlib import Path

from steward.privacy.keys.durable import write_once
from steward.privacy.keys.errors import KeyMissing, UnsafeMasterKey

KEY_BYTES = 32
FILE_NAME = "master.key"


def parse_master_key(text: str) -> bytes:
    """The 32 bytes behind their base64 form; raises `UnsafeMasterKey`."""
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError) as error:
        raise UnsafeMasterKey("the master key is not base64") from error
    if len(key) != KEY_BYTES:
        raise UnsafeMasterKey(f"the master key has {len(key)} bytes instead of {KEY_BYTES}")
    return key


def read_master_key(folder: Path) -> bytes:
    """The master key of the file in the folder; raises `KeyMissing`, or `UnsafeMasterKey` when others can read it."""
    path = folder / FILE_NAME
    try:
        mode = path.stat().st_mode
    except FileNotFoundError as error:
        raise KeyMissing("there is no master key: run the set-up, or give STEWARD_MASTER_KEY") from error
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise UnsafeMasterKey(f"{FILE_NAME} can be used by other users of this machine: chmod 600 it, then rotate it")
    return parse_master_key(path.read_text("ascii"))


def make_master_key(folder: Path) -> None:
    """Make the master key file, once; one that is there stays.

    Raises `KeyMissing` when keys are there that an earlier master key wrapped: a new one would hide that it is lost.
    """
    if (folder / FILE_NAME).exists():
        return
    if any(folder.glob("*.key")):
        raise KeyMissing("the master key that wrapped the keys here is gone: restore it")
    write_once(folder / FILE_NAME, base64.b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n")


def fingerprint(master: bytes) -> str:
    """A name for a master key that tells nothing about it."""
    return hashlib.sha256(b"steward master key\0" + master).hexdigest()[:16]
