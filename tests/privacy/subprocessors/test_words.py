"""Every code of the registry and of the gate has words."""

from collections.abc import Collection, Mapping
from typing import Any

import pytest

from steward.privacy.egress.decision import Reason
from steward.privacy.egress.purposes import PURPOSES
from steward.privacy.egress.registry.changes import Change
from steward.privacy.egress.registry.document import Area, Kind, Measure, Mechanism, Safeguard, Standard
from steward.privacy.subprocessors import words


@pytest.mark.parametrize(
    ("codes", "told"),
    [
        (Kind, words.KINDS),
        (Standard, words.STANDARDS),
        (Measure, words.MEASURES),
        (Safeguard, words.SAFEGUARDS),
        (Area, words.AREAS),
        (Mechanism, words.MECHANISMS),
        (Change, words.CHANGES),
        (Reason, words.REASONS),
        (PURPOSES, words.PURPOSE_WORDS),
        (frozenset().union(*(purpose.categories for purpose in PURPOSES.values())), words.CATEGORIES),
    ],
)
def test_every_code_has_words(codes: Collection[str], told: Mapping[Any, Any]) -> None:
    assert set(codes) == set(told)
    assert all(str(one).strip() for one in told.values())


def test_countries_are_named_in_the_language_of_the_reader() -> None:
    assert [words.country_name("DE", language) for language in ("en", "pl", "vi", "ar", "da", "lv")] == [
        "Germany",
        "Niemcy",
        "Đức",
        "ألمانيا",
        "Tyskland",
        "Vācija",
    ]
    assert words.country_name("ZZ", "xx-nonsense")


def test_what_is_missing_in_a_language_is_said_in_english() -> None:
    assert words.in_language({"en": "Ireland", "pl": "Irlandia"}, "pl") == "Irlandia"
    assert words.in_language({"en": "Ireland"}, "lv") == "Ireland"
    assert words.in_language({}, "lv") == ""


def test_a_refusal_is_told_in_words() -> None:
    assert words.refusal("tenant_objected") == "your company objected to this subprocessor"
    assert words.refusal("something_newer") == "something_newer"
