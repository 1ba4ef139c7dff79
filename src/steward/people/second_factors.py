"""Second factors: codes of an app (TOTP, RFC 6238), recovery codes, passkeys (WebAuthn).

allauth stores them (one row each in `mfa_authenticator`) and speaks WebAuthn; TOTP seeds are encrypted, recovery codes
hashed. A code is good once and, being one of an app, for its own thirty seconds only.
"""

import base64
import hmac
import json
import re
import secrets
import struct
import unicodedata
from dataclasses import dataclass
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from allauth.mfa.webauthn.internal import auth as webauthn
from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidSignature
from django.core.exceptions import ValidationError
from django.db import transaction

from steward.lib.clock import now
from steward.people.models import User
from steward.people.refusals import note_refusal

STRONG = frozenset({"totp", "recovery_code", "passkey"})  # what a session holds once one of them was shown
STEP = 30  # seconds
CODES = 10
_LETTERS = "BCDFGHJKLMNPQRSTVWXZ23456789"  # no vowels, nothing that is mistaken for something else
_CODE_LENGTH = 10  # of 28 letters: 48 bits
_NOT_IN_CODES = re.compile(r"[\W_]+")
_SECOND = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)

new_totp_secret = generate_totp_secret  # 160 bits of the system's generator, in base32


@dataclass(frozen=True, slots=True)
class Factors:
    """What somebody can show beside the password. `codes_left` counts recovery codes that were not used."""

    totp: Authenticator | None
    passkeys: list[Authenticator]
    codes_left: int | None

    @property
    def is_any(self) -> bool:
        return self.totp is not None or bool(self.passkeys)


def has_second_factor(user: User) -> bool:
    """Whether the person has one that is enough by itself; recovery codes only stand in for it."""
    return bool(Authenticator.objects.filter(user=user, type__in=_SECOND).exists())


def factors_of(user: User) -> Factors:
    """Everything a person has."""
    rows = list(Authenticator.objects.filter(user=user).order_by("created_at", "pk"))
    by_type = {row.type: row for row in rows}
    codes = by_type.get(Authenticator.Type.RECOVERY_CODES)
    return Factors(
        by_type.get(Authenticator.Type.TOTP),
        [row for row in rows if row.type == Authenticator.Type.WEBAUTHN],
        len(codes.data["hashes"]) if codes else None,
    )


def totp_code(secret: str, *, step: int | None = None) -> str:
    """The code of an app for a step of thirty seconds since 1970, now when none is given."""
    return str(format_hotp_value(hotp_value(secret, _step() if step is None else step)))


def fits_totp(secret: str, code: str) -> bool:
    """Whether the code is the one an app with this secret shows now."""
    return hmac.compare_digest(_plain(code).encode(), totp_code(secret).encode())


def use_code(user: User, code: str) -> str | None:
    """`totp` or `recovery_code` when the code is good, which uses it up; else None."""
    with transaction.atomic():
        rows = (
            Authenticator.objects.select_for_update(no_key=True)
            .filter(user=user)
            .exclude(type=Authenticator.Type.WEBAUTHN)
        )
        for row in rows:
            if row.type == Authenticator.Type.TOTP and _use_totp(row, code):
                return "totp"
            if row.type == Authenticator.Type.RECOVERY_CODES and _use_recovery_code(row, code):
                return "recovery_code"
    note_refusal("code", by=str(user.pk))
    return None


def store_totp(user: User, secret: str) -> Authenticator:
    """Keep the secret of an app. The code that proved it is used up."""
    row: Authenticator = TOTP.activate(user, secret).instance
    row.data["last_step"] = _step()
    row.save(update_fields=["data"])
    return row


def new_recovery_codes(user: User) -> list[str]:
    """Ten new codes in place of those there were; kept as argon2id hashes under one salt, so shown only now."""
    codes = ["".join(secrets.choice(_LETTERS) for _ in range(_CODE_LENGTH)) for _ in range(CODES)]
    salt = secrets.token_bytes(16)
    hashes = [base64.b64encode(_hashed(code, salt)).decode() for code in codes]
    with transaction.atomic():
        Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).delete()
        Authenticator.objects.create(
            user=user,
            type=Authenticator.Type.RECOVERY_CODES,
            data={"salt": base64.b64encode(salt).decode(), "hashes": hashes},
            created_at=now(),
        )
    half = _CODE_LENGTH // 2
    return [f"{code[:half]}-{code[half:]}" for code in codes]


def forget_recovery_codes(user: User) -> None:
    """Delete the codes: there is nothing left that they could stand in for."""
    Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).delete()


def ask_for_new_passkey(user: User) -> dict[str, Any]:
    """What the browser needs to make a passkey; the challenge is remembered in the session."""
    options: dict[str, Any] = webauthn.begin_registration(user, passwordless=True)
    return options


def store_passkey(user: User, name: str, answer: str) -> Authenticator | None:
    """Keep the passkey that the browser made (JSON of a RegistrationResponse); None when it is not to be believed."""
    try:
        credential = json.loads(answer)
        webauthn.parse_registration_response(credential)
        if not webauthn.complete_registration(credential).is_user_verified():
            return None
    except _NO_ANSWER:
        return None
    finally:
        webauthn.clear_state()
    row: Authenticator = webauthn.WebAuthn.add(user, name, credential).instance
    return row


def rename_passkey(passkey: Authenticator, name: str) -> None:
    """Call a passkey something else."""
    passkey.data["name"] = name
    passkey.save(update_fields=["data"])


def ask_for_passkey(user: User | None) -> dict[str, Any]:
    """What the browser needs to show a passkey: one of the person's, or of anybody who signs in with it alone."""
    options: dict[str, Any] = webauthn.begin_authentication(user)
    return options


def passkey_shown(user: User | None, answer: str) -> Authenticator | None:
    """The passkey that was shown (JSON of an AuthenticationResponse), with its `user`; None when it proves nothing.

    Every challenge is good for one answer, right or wrong.
    """
    try:
        response = json.loads(answer)
        webauthn.parse_authentication_response(response)
        person = user or webauthn.extract_user_from_response(response)
        row: Authenticator = webauthn.complete_authentication(person, response)
    except _NO_ANSWER:
        note_refusal("passkey", by=str(user.pk) if user else "unknown")
        return None
    finally:
        webauthn.clear_state()
    Authenticator.objects.filter(pk=row.pk).update(last_used_at=now())
    return row


# What reading an answer raises that no browser gives.
_NO_ANSWER = (ValidationError, ValueError, TypeError, LookupError, AttributeError, struct.error, InvalidSignature)


def _use_totp(row: Authenticator, code: str) -> bool:
    if row.data.get("last_step", -1) >= _step() or not fits_totp(get_adapter().decrypt(row.data["secret"]), code):
        return False
    row.data["last_step"] = _step()
    row.last_used_at = now()
    row.save(update_fields=["data", "last_used_at"])
    return True


def _use_recovery_code(row: Authenticator, code: str) -> bool:
    plain = _plain(code).upper()
    if len(plain) != _CODE_LENGTH:
        return False  # codes of an app are shorter: no hash is computed for them
    hashed = base64.b64encode(_hashed(plain, base64.b64decode(row.data["salt"]))).decode()
    left = [each for each in row.data["hashes"] if not hmac.compare_digest(each, hashed)]
    if len(left) == len(row.data["hashes"]):
        return False
    row.data["hashes"] = left
    row.last_used_at = now()
    row.save(update_fields=["data", "last_used_at"])
    return True


def _hashed(code: str, salt: bytes) -> bytes:
    return hash_secret_raw(
        code.encode(), salt, time_cost=2, memory_cost=19456, parallelism=1, hash_len=32, type=Type.ID
    )


def _step() -> int:
    return int(now().timestamp()) // STEP


def _plain(code: str) -> str:
    """The code as it is shown: Arabic and other keyboards have digits of their own."""
    return "".join(str(unicodedata.decimal(sign, sign)) for sign in _NOT_IN_CODES.sub("", code))
