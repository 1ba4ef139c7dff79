"""Texts from the sources into the catalogues and back to the pages."""

import gettext
import json
from pathlib import Path

import polib
import pytest

from steward.project.messages import catalogues, checking, compiling, translators
from steward.project.messages.__main__ import main
from steward.project.messages.sources import Message, Unreadable, messages_in

PYTHON = """
from django.utils.translation import gettext as _, gettext_lazy, ngettext, npgettext, pgettext_lazy
# Translators: seen by customers,
# at the end of a mail
a = _("Plain")
b = gettext_lazy("In "
    "two pieces")
c = ngettext("%(count)d ticket", "%(count)d tickets", n)
d = pgettext_lazy("verb", "Open")
e = npgettext("list", "one", "many", n)
f = other("Not marked")
"""
TEMPLATE = """{% load i18n %}
{# Translators: the big button #}
{% translate "Go" context "verb" %} {{ name|default:_("No name") }} 100%
{% include "x.html" with label=_("Label") %}
{% blocktranslate count n=rows|length %}{{ n }} row{% plural %}{{ n }} rows{% endblocktranslate %}
{% blocktranslate trimmed with a=b %}
  Two lines of {{ a }},
  50%
{% endblocktranslate %}
{% translate "%s new" %}"""


def found(source: str, name: str) -> dict[str, Message]:
    return {message.text: message for message in messages_in(source, name)}


def test_messages_of_python() -> None:
    messages = found(PYTHON, "x.py")
    assert list(messages) == ["Plain", "In two pieces", "%(count)d ticket", "Open", "one"]
    assert messages["Plain"].notes == ["Translators: seen by customers, at the end of a mail"]
    assert messages["%(count)d ticket"].plural == "%(count)d tickets"
    assert messages["Open"].context == "verb"
    assert (messages["one"].context, messages["one"].plural) == ("list", "many")


def test_a_text_put_together_before_it_is_translated_is_refused() -> None:
    with pytest.raises(Unreadable, match=r"x\.py:1"):
        list(messages_in('_(f"Hello {name}")', "x.py"))


def test_messages_of_templates() -> None:
    messages = found(TEMPLATE, "templates/x.html")
    assert list(messages) == ["Go", "No name", "Label", "%(n)s row", "Two lines of %(a)s, 50%%", "%%s new"]
    assert messages["Go"].context == "verb"
    assert messages["Go"].notes == ["Translators: the big button"]
    assert messages["%(n)s row"].plural == "%(n)s rows"


def catalogue(locale: Path, language: str = "pl") -> dict[str, polib.POEntry]:
    return {entry.msgid: entry for entry in polib.pofile(str(catalogues.path_of(language, locale)))}


def translated(locale: Path, texts: dict[str, str], language: str = "pl") -> None:
    path = catalogues.path_of(language, locale)
    held = polib.pofile(str(path))
    for entry in held:
        entry.msgstr = texts.get(entry.msgid, "")
    held.save()


def test_update_keeps_translations_and_marks_what_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogues, "LANGUAGES_IN_WORK", [])
    before = [Message("The ticket was closed."), Message("Gone for good"), Message("Same", context="verb")]
    catalogues.update(before, tmp_path)
    translated(
        tmp_path, {"The ticket was closed.": "Zgłoszenie zamknięto.", "Gone for good": "Znikło", "Same": "To samo"}
    )

    left = catalogues.update([Message("The ticket has been closed."), Message("Same", context="verb")], tmp_path)

    entries = catalogue(tmp_path)
    assert set(entries) == {"The ticket has been closed.", "Same"}
    changed = entries["The ticket has been closed."]
    assert (changed.msgstr, changed.fuzzy, changed.previous_msgid) == (
        "Zgłoszenie zamknięto.", True, "The ticket was closed.",
    )  # fmt: skip
    assert (entries["Same"].msgstr, entries["Same"].fuzzy) == ("To samo", False)
    assert left["pl"] == 1


def test_what_is_gone_is_set_aside_while_a_language_is_in_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogues, "LANGUAGES_IN_WORK", ["pl"])
    catalogues.update([Message("Here"), Message("Moved to another page")], tmp_path)
    translated(tmp_path, {"Here": "Tutaj", "Moved to another page": "Przeniesione"})
    catalogues.update([Message("Here")], tmp_path)
    assert catalogue(tmp_path)["Moved to another page"].obsolete
    catalogues.update([Message("Here"), Message("Moved to another page")], tmp_path)
    back = catalogue(tmp_path)["Moved to another page"]
    assert (back.msgstr, back.obsolete, back.fuzzy) == ("Przeniesione", False, False)


def test_update_twice_changes_nothing(tmp_path: Path) -> None:
    messages = [Message("A"), Message("%(n)d b", plural="%(n)d bs", files=["steward/x.py"])]
    catalogues.update(messages, tmp_path)
    path = catalogues.path_of("ar", tmp_path)
    first, stamp = path.read_text(), path.stat().st_mtime_ns
    catalogues.update(messages, tmp_path)
    assert (path.read_text(), path.stat().st_mtime_ns) == (first, stamp)
    assert len(catalogue(tmp_path, "ar")["%(n)d b"].msgstr_plural) == 6


GOOD = [
    ("pl", "Sent to %(name)s", "", ["Wysłano do %(name)s"]),
    ("pl", "%(count)d file", "%(count)d files", ["%(count)d plik", "%(count)d pliki", "%(count)d plików"]),
    ("ar", "%(count)d file", "%(count)d files", ["لا ملفات", "ملف واحد", "ملفان", *["%(count)d ملفات"] * 3]),
    ("vi", "{n} file", "{n} files", ["{n} tệp"]),
    ("da", "<b>Now</b>", "", ["<b>Nu</b>"]),
    ("da", "%(found).1f of %(least).1f", "", ["%(found).1f af %(least).1f"]),
    ("lv", "50%% of %s", "", ["50%% no %s"]),
]
BAD = [
    ("pl", "Sent to %(name)s", "", ["Wysłano"], "other placeholders"),
    ("pl", "Sent to %(name)s", "", ["Wysłano do %(nazwa)s"], "other placeholders"),
    ("pl", "%(count)d file", "%(count)d files", ["%(count)d plik", "%(count)d pliki"], "2 forms instead of 3"),
    ("pl", "%(n)d file of %(name)s", "%(n)d files of %(name)s", ["plik"] * 3, "other placeholders"),
    ("vi", "%(count)d file", "%(count)d files", ["tệp"], "no form holds"),
    ("da", "<b>Now</b>", "", ["Nu"], "other tags"),
    ("da", "Line\n", "", ["Linje"], "begins or ends"),
    ("da", "Line", "", [" "], "empty"),
    ("da", "%(found).1f", "", ["%(found)s"], "other placeholders"),
    ("lv", "%%s new", "", ["%s jauni"], "other placeholders"),
]


@pytest.mark.parametrize(("language", "text", "plural", "forms"), GOOD)
def test_good_translations(language: str, text: str, plural: str, forms: list[str]) -> None:
    assert checking.problems(language, text, plural, forms) == []


@pytest.mark.parametrize(("language", "text", "plural", "forms", "problem"), BAD)
def test_bad_translations(language: str, text: str, plural: str, forms: list[str], problem: str) -> None:
    assert problem in "; ".join(checking.problems(language, text, plural, forms))


def test_check_tells_what_is_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "LANGUAGES", ["pl"])
    monkeypatch.setattr(checking, "LANGUAGES_IN_WORK", [])
    monkeypatch.setattr(checking, "lacking", lambda *_args: [])
    catalogues.update([Message("Old"), Message("Kept"), Message("Half")], tmp_path)
    translated(tmp_path, {"Old": "Stare", "Kept": "Trzymane"})
    told = "\n".join(
        checking.faults([Message("Kept"), Message("Half"), Message("New", files=["steward/x.py"])], tmp_path)
    )
    assert "pl: not in the catalogue (run `make messages-update`): 'New' in steward/x.py" in told
    assert "pl: in no source any more (run `make messages-update`): 'Old'" in told
    assert "pl: not translated: 'Half'" in told
    assert "Kept" not in told


def test_only_what_is_not_done_may_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "LANGUAGES", ["pl"])
    monkeypatch.setattr(checking, "LANGUAGES_IN_WORK", ["pl"])
    monkeypatch.setattr(checking, "lacking", lambda *_args: [])
    messages = [Message("To %(name)s"), Message("Half")]
    catalogues.update(messages, tmp_path)
    translated(tmp_path, {"To %(name)s": "Do"})
    [fault] = checking.faults(messages, tmp_path)
    assert "other placeholders: %(name)s became none" in fault


def test_translators_get_and_bring_back(tmp_path: Path) -> None:
    catalogues.update(
        [Message("Open", context="verb", notes=["Translators: n"]), Message("%(n)d a", plural="%(n)d as")], tmp_path
    )
    first, second = translators.to_do("lv", tmp_path)
    assert (first["text"], first["context"], first["note"]) == ("Open", "verb", "Translators: n")
    assert second["forms"] == ["1, 21, 31", "2 to 20, 22", "0"]

    given = {str(first["id"]): "Atvērt", str(second["id"]): ["%(n)d a", "%(n)d", "%(x)d"], "00000000": "x"}
    outcome = translators.bring_in("lv", given, tmp_path)

    assert outcome.taken == 1
    assert ["other placeholders" in outcome.refused[0], "no such entry" in outcome.refused[1]] == [True, True]
    assert [entry["text"] for entry in translators.to_do("lv", tmp_path)] == ["%(n)d a"]


def test_both_catalogues_become_one(tmp_path: Path) -> None:
    catalogues.update([Message("%(n)d day", plural="%(n)d days"), Message("Not yet")], tmp_path)
    path = catalogues.path_of("pl", tmp_path)
    ours = polib.pofile(str(path))
    ours[0].msgstr_plural = {0: "%(n)d dzień", 1: "%(n)d dni", 2: "%(n)d dni"}
    ours.save()
    theirs = polib.POFile()
    theirs.append(polib.POEntry(msgid="Enter a number.", msgstr="Podaj liczbę."))
    theirs.save(str(catalogues.supplement_of("pl", tmp_path)))

    compiled = tmp_path / "pl" / "LC_MESSAGES" / "django.mo"
    assert compiled in compiling.compile_changed(tmp_path)

    assert compiling.compile_changed(tmp_path) == []
    with compiled.open("rb") as file:
        read = gettext.GNUTranslations(file)
    assert read.ngettext("%(n)d day", "%(n)d days", 5) == "%(n)d dni"
    assert read.gettext("Enter a number.") == "Podaj liczbę."
    assert read.gettext("Not yet") == "Not yet"


def test_what_is_saved_later_is_compiled_again(tmp_path: Path) -> None:
    catalogues.update([Message("A")], tmp_path)
    compiling.compile_changed(tmp_path)
    translated(tmp_path, {"A": "B"})
    assert compiling.compile_changed(tmp_path) == [tmp_path / "pl" / "LC_MESSAGES" / "django.mo"]


def test_commands_for_translators(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", "pl", "3", "--all"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == 3
