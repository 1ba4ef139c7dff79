"""The mail about a change, in each language: its own words, its own dates, and Latin names that keep their signs."""

import re
from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest
from django.conf import settings

from steward.privacy.egress.registry.standing import EVERYBODY
from steward.privacy.egress.registry.versions import published
from steward.privacy.subprocessors.actions import import_versions
from steward.privacy.subprocessors.concerns import concerns_of
from steward.privacy.subprocessors.example import example_versions
from steward.privacy.subprocessors.letters import News, compose_news
from steward.tenancy.scope import account_scope

pytestmark = pytest.mark.django_db

LANGUAGES = [code for code, _ in settings.LANGUAGES]
# The moment until which one can object, as each language writes it in the sentence of the mail.
UNTIL = {
    "en": "from 22 November 2026, 09:30 on",
    "ar": "بدءًا من 22 نوفمبر 2026، 09:30",
    "da": "fra den 22. november 2026 kl. 09.30",
    "lv": "sākot ar šo brīdi: 2026. gada 22. novembris, 09:30",
    "pl": "od 22 listopada 2026, 09:30",
    "vi": "từ ngày 22 tháng 11 năm 2026, 09:30",
}


@pytest.fixture
def letter(northwind, ada):
    """The mail about the second list of the example, by language: its subject and its text."""
    import_versions(example_versions())
    northwind.time_zone = "UTC"

    def read(language, **changes):
        ada.language = language
        with account_scope(northwind.id):
            list_ = published()
            version = list_.versions[-1]
            concerns = concerns_of(list_, version, EVERYBODY)
            until = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
            news = News(version.registry.provider, concerns, until, why={}, **changes)
            mail = message_from_bytes(compose_news(news, ada, northwind).content, policy=policy.default)
        return mail["subject"], mail.get_body(("plain",)).get_content()

    return read


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_moment_is_written_as_the_language_writes_it(language, letter):
    subject, text = letter(language)
    assert UNTIL[language] in " ".join(text.split())
    assert {"22", "2026"} <= set(re.findall(r"\d+", subject)), "the day stands in the subject, too"


@pytest.mark.parametrize("language", sorted(set(LANGUAGES) - {"en"}))
@pytest.mark.parametrize(
    "changes", [{}, {"is_reminder": True}, {"is_specific": True}], ids=["news", "reminder", "asked"]
)
def test_nothing_is_left_in_english(language, changes, letter):
    subject, text = letter(language, **changes)
    english = {line for line in "\n".join(letter("en", **changes)).splitlines() if re.search("[a-z]{3} [a-z]{2}", line)}
    assert not english & set(f"{subject}\n{text}".splitlines())


def test_names_keep_their_full_stops_in_arabic(letter):
    subject, text = letter("ar")
    assert "\u2068LiveAgent\u2069" in subject
    for name in ("Quality Unit, s. r. o.", "Quality Unit, s.r.o.", "Websupport, s.r.o.", "Linode, LLC"):
        told = [line for line in text.splitlines() if name in line]
        assert told
        assert all(f"\u2068{name}\u2069" in line for line in told), name
