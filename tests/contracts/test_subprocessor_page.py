"""Contract 19: the page of subprocessors is the same list in each language, of one hash, and says which one prevails.

And the page's part of contract 3: the hosts on it are those the gate can allow for that version.
"""

import json
import re
from copy import deepcopy

import pytest
from django.conf import settings

from steward.front.subprocessors import keeping
from steward.privacy.egress.hosts import browser_side, server_side
from steward.privacy.egress.registry import document as doc
from steward.privacy.egress.registry.versions import published
from steward.privacy.subprocessors.actions import import_versions
from steward.privacy.subprocessors.example import example_versions
from steward.testing.listings import engagement, publish, registry, rows_on, words_in
from steward.testing.same_lists import differing

pytestmark = pytest.mark.django_db

LANGUAGES = [code for code, _ in settings.LANGUAGES]
# How each says that the English text counts.
PREVAILS = {
    "en": "English prevails",
    "ar": "النص الإنجليزي هو المعتمد",
    "da": "gælder den engelske tekst",
    "lv": "noteicošs ir teksts angļu valodā",
    "pl": "rozstrzyga tekst angielski",
    "vi": "bản tiếng Anh được ưu tiên áp dụng",
}


@pytest.fixture(params=["now", "2019-10-28"])
def pages(request, visitor_at):
    """The page of the example in each language, and the same for programs."""
    keeping.forget()
    import_versions(example_versions())
    browser, day = visitor_at(), {} if request.param == "now" else {"as_of": request.param}
    return {
        code: (
            browser.get("/subprocessors", day | {"lang": code}).content.decode(),
            json.loads(browser.get("/subprocessors.json", day | {"lang": code}).content),
        )
        for code in LANGUAGES
    }


def shape_of(page):
    """What is there, whatever it says: rows with their facts and how many values each has, sections, questions."""
    rows = [
        (row.key, row.status, [(name, len(values)) for name, values in row.facts.items() if name != "unstated"])
        for row in rows_on(page).values()
    ]
    return rows, re.findall(r'<(?:section|details|div)[^>]* id="([^"]+)"', page), re.findall(r'<li id="([^"]+)"', page)


def test_each_language_has_the_same_rows_facts_and_sections(pages):
    english = shape_of(pages["en"][0])
    assert len(english[0]) > 5
    for code, (page, _) in pages.items():
        assert shape_of(page) == english, code


def test_each_language_states_the_same(pages):
    for code, (_, told) in pages.items():
        assert differing(pages["en"][1], told) == [], code


def test_people_read_the_facts_that_programs_read(pages):
    """So that what is compared for programs is true of the page, too."""
    for code, (page, told) in pages.items():
        rows = rows_on(page)
        for row in told["subprocessors"]:
            stated = {name: tuple(map(words_in, f["values"])) for name, f in row["facts"].items() if f["values"]}
            unstated = [f["label"] for f in row["facts"].values() if f["values"] is None]
            unsaid = ("، " if code == "ar" else ", ").join(unstated)
            assert rows[row["key"]].facts == stated | {"unstated": (words_in(unsaid),)}, (code, row["key"])


def fact(told, name, *, of=0):
    """The values of a fact of a row."""
    return told["subprocessors"][of]["facts"][name]


def question(told, key):
    """A question of the page, by its key."""
    return next(one for one in told["questions"] if one["key"] == key)


# What could be wrong with a language: each spoils its document.
WRONG = {
    "a row is missing": lambda told: told["subprocessors"].pop(),
    "rows in another order": lambda told: told["subprocessors"].reverse(),
    "a fact is missing": lambda told: told["subprocessors"][0]["facts"].pop("measures"),
    "a fact is not stated": lambda told: fact(told, "place").update(values=None),
    "a fact is made up": lambda told: fact(told, "country").update(values=["x"]),
    "a value is missing": lambda told: fact(told, "safeguards")["values"].pop(),
    "a value stands twice": lambda told: fact(told, "measures").update(values=["x"] * 3),
    "another standard": lambda told: fact(told, "standards")["values"].__setitem__(3, "SOC 3"),
    "another company": lambda told: fact(told, "legal_name").update(values=["Other, LLC"]),
    "a place of another row": lambda told: fact(told, "place", of=1).update(fact(told, "place", of=2)),
    "another year": lambda told: fact(told, "listed_since").update(values=["2018"]),
    "another hash": lambda told: told["version"].update(sha256="0" * 64),
    "another provider": lambda told: told["provider"].update(legal_name="Another, s. r. o."),
    "a question is missing": lambda told: told["questions"].pop(),
    "a paragraph is missing": lambda told: question(told, "where-kept").update(text="Linode, Inc."),
    "another figure": lambda told: question(told, "how-long").update(
        text=question(told, "how-long")["text"].replace("60", "90")
    ),
    "a name is missing": lambda told: question(told, "where-kept").update(
        text=question(told, "where-kept")["text"].replace("Linode", "L.")
    ),
    "a note is missing": lambda told: told["notes"].pop(),
    "another date of a source": lambda told: told["sources"][0].update(stated_on="2020-01-01"),
}


def test_what_a_language_states_otherwise_is_noticed(pages):
    """Of the comparison itself: that it finds each of these."""
    english, said = pages["en"][1], {code: told for code, (_, told) in pages.items() if code != "en"}
    for code, told in said.items():
        for name, spoil in WRONG.items():
            spoilt = deepcopy(told)
            spoil(spoilt)
            assert differing(english, spoilt), (code, name)
        untranslated = told | {"questions": english["questions"]}
        assert len(differing(english, untranslated)) == len(english["questions"]), code


def test_each_language_names_the_same_hash(pages):
    hashes = {
        code: {told["version"]["sha256"], *re.findall(r'title="([0-9a-f]{64})"', page)}
        for code, (page, told) in pages.items()
    }
    assert len(set().union(*hashes.values())) == 1, hashes
    number = pages["en"][1]["version"]["number"]
    version = published().versions[number - 1]
    assert hashes["en"] == {version.sha256} == {doc.digest(doc.canonical(version.registry))}


def test_each_language_says_that_english_prevails(pages):
    for code, (page, told) in pages.items():
        assert PREVAILS[code] in page, code
        assert told["prevailing_language"] == "en"


def test_programs_read_the_same_rows_as_people(pages):
    for page, told in pages.values():
        assert [row["key"] for row in told["subprocessors"]] == list(rows_on(page))


def test_the_hosts_on_the_page_are_those_the_gate_can_allow(visitor_at):
    keeping.forget()
    shown = doc.Endpoint(host="images.example", port=443, protocol=doc.Protocol.BROWSER)
    nobodys = doc.Endpoint(host="people.example", port=443, protocol=doc.Protocol.HTTPS)
    publish(
        registry(
            engagement(),
            engagement("pictures", purposes=("mail.remote_images",), endpoints=(shown,)),
            engagement("people", purposes=("support.cover",), endpoints=(nobodys,)),
        )
    )
    content = published().versions[-1].registry
    rows = rows_on(visitor_at().get("/subprocessors").content.decode())
    on_the_page = {host for row in rows.values() for host in row.facts.get("hosts", ()) if host != "None"}
    assert on_the_page == set(map(str, server_side(content) | browser_side(content)))
    assert "relay.example:587" in on_the_page
    assert "people.example:443" not in on_the_page
