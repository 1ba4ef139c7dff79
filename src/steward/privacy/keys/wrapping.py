"""The form of a key file: JSON with the data key under AES-256-GCM, bound to the name of its owner."""

import base64
import binascii
import json
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from steward.lib.clock import now
from steward.privacy.keys.durable import replace, write_once
from steward.privacy.keys.errors import KeyMissing, Tampered
from steward.privacy.keys.master import KEY_BYTES, fingerprint

VERSION = 1
_NONCE_BYTES = 12


def write_new_key(path: Path, master: bytes, name: str) -> bool:
    """Draw a data key and write it wrapped; False when there is a file already, which stays."""
    return write_once(path, _wrapped(secrets.token_bytes(KEY_BYTES), master, name, now().isoformat()))


def unwrap_file(path: Path, master: bytes, name: str) -> bytes:
    """The data key in the file; raises `KeyMissing` (no file, or another master key) or `Tampered`."""
    return _unwrap(_read(path), master, name)


def rewrap_file(path: Path, name: str, old: bytes, new: bytes) -> bool:
    """Wrap the same data key by the new master key; False when that is done already."""
    entry = _read(path)
    if entry["master"] == fingerprint(new):
        return False
    replace(path, _wrapped(_unwrap(entry, old, name), new, name, entry["created"]))
    return True


def _wrapped(key: bytes, master: bytes, name: str, created: str) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    entry = {
        "version": VERSION,
        "master": fingerprint(master),
        "nonce": base64.b64encode(nonce).decode(),
        "key": base64.b64encode(AESGCM(master).encrypt(nonce, key, _bound_to(name))).decode(),
        "created": created,
    }
    return json.dumps(entry).encode() + b"\n"


def _unwrap(entry: dict[str, str], master: bytes, name: str) -> bytes:
    if entry["master"] != fingerprint(master):
        raise KeyMissing(f"the key {name} was wrapped by another master key")
    try:
        nonce, wrapped = (base64.b64decode(entry[part], validate=True) for part in ("nonce", "key"))
        return AESGCM(master).decrypt(nonce, wrapped, _bound_to(name))
    except (InvalidTag, binascii.Error, ValueError) as error:
        raise Tampered(f"the key file of {name} was changed") from error


def _read(path: Path) -> dict[str, str]:
    try:
        entry = json.loads(path.read_bytes())
    except FileNotFoundError as error:
        raise KeyMissing(f"there is no key {path.stem}") from error
    except ValueError as error:
        raise Tampered(f"the key file {path.name} is not readable") from error
    if not isinstance(entry, dict) or entry.get("version") != VERSION or not entry.keys() >= _PARTS:
        raise Tampered(f"the key file {path.name} has another form")
    return entry


_PARTS = {"master", "nonce", "key", "created"}


def _bound_to(name: str) -> bytes:
    return f"steward key {VERSION} {name}".encode()
