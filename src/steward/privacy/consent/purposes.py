"""Keeping purposes: adding one, giving it new words, retiring it."""

import json
import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from django.db import IntegrityError, transaction

from steward.events.actions import record
from steward.lib.actor import Actor
from steward.lib.clock import now
from steward.privacy.consent.models import Purpose, PurposeText
from steward.tenancy.languages import spoken

Words = Mapping[str, Mapping[str, str]]
"""`{"en": {"name": ..., "text": ...}}`, for each language that the purpose speaks."""

_CODE = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")


class CodeTaken(ValueError):
    """The account has a purpose of this code, perhaps a retired one: codes are never used twice."""


class BadWords(ValueError):
    """A code that is none, or a purpose without words in any language."""


def add_purpose(code: str, place: str, words: Words, *, is_required: bool = False, actor: Actor) -> Purpose:
    """A new purpose with the first version of its words. `place` is one of `Purpose.Place`.

    Raises `CodeTaken` or `BadWords`.
    """
    if not _CODE.fullmatch(code):
        raise BadWords("a code is small letters, digits and hyphens")
    said = _said(words)
    try:
        with transaction.atomic():
            purpose: Purpose = Purpose.objects.create(
                code=code, place=Purpose.Place(place), is_required=is_required, created_at=now()
            )
            record("consent.purpose_added", purpose, actor=actor, changes={"purpose": code, "is_on": is_required})
            _publish(purpose, 1, said, actor)
    except IntegrityError as error:
        raise CodeTaken(code) from error
    return purpose


def publish_words(purpose: Purpose, words: Words, *, asks_again: bool, actor: Actor) -> PurposeText | None:
    """New words become a new version; the same ones none. `asks_again`: consents to earlier words count no longer.

    Raises `BadWords`.
    """
    said = _said(words)
    with transaction.atomic():
        Purpose.objects.select_for_update(no_key=True).get(pk=purpose.pk)
        newest = newest_text(purpose)
        if newest.words == said:
            return None
        number = newest.number + 1
        text = _publish(purpose, number, said, actor)
        if asks_again:
            Purpose.objects.filter(pk=purpose.pk).update(least_version=number)
    purpose.refresh_from_db()
    return text


def change_purpose(purpose: Purpose, *, is_required: bool, actor: Actor) -> None:
    """Whether people can go on without it. The same changes nothing."""
    with transaction.atomic():
        if Purpose.objects.filter(pk=purpose.pk).exclude(is_required=is_required).update(is_required=is_required):
            record("consent.purpose_changed", purpose, actor=actor, changes={"is_on": is_required})
    purpose.refresh_from_db()


def retire_purpose(purpose: Purpose, *, actor: Actor) -> None:
    """From now on nobody is asked, and nothing is done by it. What was said stays. Twice changes nothing."""
    with transaction.atomic():
        if Purpose.objects.filter(pk=purpose.pk, retired_at=None).update(retired_at=now()):
            record("consent.purpose_retired", purpose, actor=actor, changes={"purpose": purpose.code})
    purpose.refresh_from_db()


def newest_text(purpose: Purpose) -> PurposeText:
    """The words as they are shown now."""
    return PurposeText.objects.filter(purpose=purpose).order_by("-number")[0]


def in_language(words: Words, *wishes: str | None) -> tuple[str, Mapping[str, str]]:
    """The first language of the wishes that there are words in, else English, else any; with the words."""
    candidates = [*(spoken(wish) for wish in wishes if wish), "en", *words]
    language = next(each for each in candidates if each in words)
    return language, words[language]


def digest_of(words: Words) -> str:
    """SHA-256 of the canonical JSON, in hexadecimal digits."""
    return sha256(json.dumps(words, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def _said(words: Words) -> dict[str, dict[str, str]]:
    """Without languages of which nothing is said; each of the others has both a name and a text."""
    trimmed = {code: {key: str(said.get(key, "")).strip() for key in ("name", "text")} for code, said in words.items()}
    said = {code: each for code, each in trimmed.items() if any(each.values())}
    if not said or not all(each["name"] and each["text"] for each in said.values()):
        raise BadWords("a purpose has a name and a text in each of its languages")
    return said


def _publish(purpose: Purpose, number: int, said: dict[str, Any], actor: Actor) -> PurposeText:
    text: PurposeText = PurposeText.objects.create(
        purpose=purpose, number=number, words=said, sha256=digest_of(said), published_at=now(), by_id=actor.id
    )
    changes = {"purpose": purpose.code, "version": number, "sha256": text.sha256}
    record("consent.text_published", purpose, actor=actor, changes=changes)
    return text
