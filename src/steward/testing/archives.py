"""Opening exports as the person does: with another program than the one that wrote them."""

import io
import json
from typing import Any

import pyzipper

from steward.files.actions import read_file
from steward.lib.actor import SYSTEM
from steward.privacy.exports.actions import Wanted, note_export, reveal_passphrase
from steward.privacy.exports.building import run_export
from steward.privacy.exports.models import Export
from steward.privacy.requests.persons import person_by_address
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope


def export_person(account: Account, address: str, *, kind: str = "access", **wanted: Any) -> Export:
    """An export of whoever has the address, made at once."""
    with account_scope(account.id):
        person = person_by_address(address)
        assert person
        noted = note_export(person, Wanted(Export.Kind(kind), **wanted), actor=SYSTEM)
    made = run_export(account.id, noted.pk)
    assert made
    return made


def opened(export: Export) -> dict[str, bytes]:
    """What is in its archive, by name. Shows the passphrase, which goes with it."""
    with account_scope(export.account_id):
        passphrase = reveal_passphrase(export, actor=SYSTEM)
        file = Export.objects.select_related("file").get(pk=export.pk).file
    assert file
    return unpacked(b"".join(read_file(file)), passphrase)


def unpacked(archive: bytes, passphrase: str) -> dict[str, bytes]:
    """What is in an archive, by name."""
    with pyzipper.AESZipFile(io.BytesIO(archive)) as found:
        found.setpassword(passphrase.encode())
        return {name: found.read(name) for name in found.namelist()}


def data_of(files: dict[str, bytes]) -> dict[str, Any]:
    """The file for machines."""
    told: dict[str, Any] = json.loads(files["data.json"])
    return told
