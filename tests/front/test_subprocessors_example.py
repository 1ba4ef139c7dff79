"""The two lists of the example on the page: every row and fact of the source tables, in each language.

What is expected is written down here by hand, beside the source pages, and is not read from the example.
"""

import json

import pytest
from django.conf import settings

from steward.privacy.subprocessors.actions import import_versions
from steward.privacy.subprocessors.example import example_versions
from steward.privacy.subprocessors.prose import filled
from steward.testing.listings import rows_on, words_in

pytestmark = pytest.mark.django_db

LANGUAGES = [code for code, _ in settings.LANGUAGES]
OLD, NEW = "2019-10-28", "2024-12-13"
LINODE, AWS, WEBSUPPORT = "Linode, LLC", "Amazon Web Services, LLC", "Websupport, s.r.o."

# Words of the tables: each language by itself, as somebody who reads it says them.
SAID = {
    "EU": {
        "en": "European Union",
        "ar": "الاتحاد الأوروبي",
        "da": "Den Europæiske Union",
        "lv": "Eiropas Savienība",
        "pl": "Unia Europejska",
        "vi": "Liên minh châu Âu",
    },
    "United Kingdom": {
        "en": "United Kingdom",
        "ar": "المملكة المتحدة",
        "da": "Storbritannien",
        "lv": "Apvienotā Karaliste",
        "pl": "Wielka Brytania",
        "vi": "Vương quốc Anh",
    },
    "United States": {
        "en": "United States",
        "ar": "الولايات المتحدة",
        "da": "USA",
        "lv": "Amerikas Savienotās Valstis",
        "pl": "Stany Zjednoczone",
        "vi": "Hoa Kỳ",
    },
    "APAC": {
        "en": "Asia and the Pacific",
        "ar": "آسيا والمحيط الهادئ",
        "da": "Asien og Stillehavsområdet",
        "lv": "Āzija un Klusā okeāna reģions",
        "pl": "Azja i Pacyfik",
        "vi": "Châu Á - Thái Bình Dương",
    },
    "Singapore": {
        "en": "Singapore",
        "ar": "سنغافورة",
        "da": "Singapore",
        "lv": "Singapūra",
        "pl": "Singapur",
        "vi": "Singapore",
    },
    "Ireland": {"en": "Ireland", "ar": "أيرلندا", "da": "Irland", "lv": "Īrija", "pl": "Irlandia", "vi": "Ireland"},
    "Germany": {"en": "Germany", "ar": "ألمانيا", "da": "Tyskland", "lv": "Vācija", "pl": "Niemcy", "vi": "Đức"},
    "Northern California": {
        "en": "Northern California",
        "ar": "شمال كاليفورنيا",
        "da": "Det nordlige Californien",
        "lv": "Ziemeļkalifornija",
        "pl": "Północna Kalifornia",
        "vi": "Bắc California",
    },
    "servers": {"en": "servers", "ar": "خوادم", "da": "servere", "lv": "serverus", "pl": "serwery", "vi": "máy chủ"},
    "service": {
        "en": "delivering the service",
        "ar": "تقديم الخدمة",
        "da": "levere tjenesten",
        "lv": "pakalpojuma sniegšanā",
        "pl": "świadczeniu usługi",
        "vi": "cung cấp dịch vụ",
    },
    "subcontractor": {
        "en": "subcontractor",
        "ar": "مقاولًا من الباطن",
        "da": "underleverandør",
        "lv": "apakšuzņēmējs",
        "pl": "podwykonawca",
        "vi": "nhà thầu phụ",
    },
    "group": {
        "en": "Group entity",
        "ar": "كيان ضمن المجموعة",
        "da": "Koncernselskab",
        "lv": "Grupas uzņēmums",
        "pl": "Spółka z grupy",
        "vi": "Công ty trong tập đoàn",
    },
    "VoIP": dict.fromkeys(LANGUAGES, "VoIP"),
    "MailChimp": dict.fromkeys(LANGUAGES, "MailChimp"),
    "ticketing": {
        "en": "Ticketing",
        "ar": "التذاكر",
        "da": "Sagsstyring",
        "lv": "Pieteikumu",
        "pl": "zgłoszeń",
        "vi": "phiếu hỗ trợ",
    },
    "answers": {
        "en": "answers to customers",
        "ar": "الردود على العملاء",
        "da": "svarene til kunder",
        "lv": "atbildes klientiem",
        "pl": "odpowiedzi dla klientów",
        "vi": "câu trả lời cho khách hàng",
    },
    "any of": {
        "en": "at least one of",
        "ar": "واحد على الأقل",
        "da": "mindst én af",
        "lv": "vismaz viens no",
        "pl": "co najmniej jeden z",
        "vi": "ít nhất một",
    },
    "power": {
        "en": "redundant power",
        "ar": "تغذية كهربائية احتياطية",
        "da": "redundant strøm",
        "lv": "dublēta elektroapgāde",
        "pl": "nadmiarowe zasilanie",
        "vi": "nguồn điện có dự phòng",
    },
    "UPS": dict.fromkeys(LANGUAGES, "UPS"),
    "generators": {
        "en": "backup generators",
        "ar": "مولدات احتياطية",
        "da": "backupgeneratorer",
        "lv": "rezerves ģeneratori",
        "pl": "zapasowe agregaty",
        "vi": "máy phát điện dự phòng",
    },
    # the six obligations, and what is looked into
    "instructions": {
        "en": "documented instructions",
        "ar": "تعليمات موثقة",
        "da": "dokumenteret instruks",
        "lv": "dokumentētiem norādījumiem",
        "pl": "udokumentowane polecenie",
        "vi": "chỉ dẫn được ghi thành văn bản",
    },
    "personnel": {
        "en": "reliable people",
        "ar": "أشخاص موثوقين",
        "da": "pålidelige medarbejdere",
        "lv": "uzticamus cilvēkus",
        "pl": "godne zaufania osoby",
        "vi": "nhân sự đáng tin cậy",
    },
    "training": {
        "en": "regularly in security and data protection",
        "ar": "يدرّب",
        "da": "træner regelmæssigt",
        "lv": "regulāri apmāca",
        "pl": "regularnie szkoli",
        "vi": "thường xuyên đào tạo",
    },
    "technical and organisational": {
        "en": "technical and organisational measures",
        "ar": "تدابير تقنية وتنظيمية",
        "da": "tekniske og organisatoriske foranstaltninger",
        "lv": "tehniskus un organizatoriskus pasākumus",
        "pl": "środki techniczne i organizacyjne",
        "vi": "biện pháp kỹ thuật và tổ chức",
    },
    "breaches": {
        "en": "actual and possible security breaches",
        "ar": "الخروق الأمنية الفعلية والمحتملة",
        "da": "faktiske og mulige sikkerhedsbrud",
        "lv": "notikušiem un iespējamiem drošības pārkāpumiem",
        "pl": "rzeczywiste i możliwe naruszenia bezpieczeństwa",
        "vi": "vi phạm bảo mật đã hoặc có thể xảy ra",
    },
    "co-operation": {
        "en": "controllers, data subjects and authorities",
        "ar": "المتحكّمين في البيانات وأصحاب البيانات والسلطات",
        "da": "dataansvarlige, registrerede og myndigheder",
        "lv": "pārziņiem, datu subjektiem un iestādēm",
        "pl": "administratorom danych, osobom, których dane dotyczą, i organom",
        "vi": "bên kiểm soát dữ liệu, chủ thể dữ liệu và cơ quan chức năng",
    },
    "security": {
        "en": "Security",
        "ar": "الأمان",
        "da": "Sikkerhed",
        "lv": "Drošība",
        "pl": "Bezpieczeństwo",
        "vi": "Bảo mật",
    },
    "privacy": {
        "en": "Privacy",
        "ar": "الخصوصية",
        "da": "Privatliv",
        "lv": "Privātums",
        "pl": "Prywatność",
        "vi": "Quyền riêng tư",
    },
    "confidentiality": {
        "en": "Confidentiality",
        "ar": "السرّية",
        "da": "Fortrolighed",
        "lv": "Konfidencialitāte",
        "pl": "Poufność",
        "vi": "Giữ bí mật",
    },
    "not stated": {
        "en": "Not stated",
        "ar": "غير مذكور",
        "da": "Ikke oplyst",
        "lv": "Nav norādīts",
        "pl": "Nie podano",
        "vi": "Không nêu",
    },
    OLD: {
        "en": "28 October 2019",
        "ar": "28 أكتوبر 2019",
        "da": "28. oktober 2019",
        "lv": "2019. gada 28. oktobris",
        "pl": "28 października 2019",
        "vi": "28 tháng 10 năm 2019",
    },
    NEW: {
        "en": "13 December 2024",
        "ar": "13 ديسمبر 2024",
        "da": "13. december 2024",
        "lv": "2024. gada 13. decembris",
        "pl": "13 grudnia 2024",
        "vi": "13 tháng 12 năm 2024",
    },
}

BEFORE = ("Tier III+", "Tier IV", "PCI DSS", "SSAE-16", "ISO 27001")
GERMANY = ("Tier III+", "Tier IV", "PCI DSS", "SOC 1", "SOC 2", "ISO 27001")

# company, what for, where, whose customers, standards of the facility (at least one of); the tables row by row
TABLES = {
    OLD: [
        (LINODE, ["servers"], ["EU"], [], BEFORE),
        (LINODE, ["servers"], ["United Kingdom"], [], BEFORE),
        (LINODE, ["servers"], ["United States"], [], BEFORE),
        (LINODE, ["servers"], ["Singapore"], [], BEFORE),
        (AWS, ["servers"], ["Ireland"], ["EU"], BEFORE),
        (AWS, ["servers"], ["Northern California", "United States"], ["United States"], BEFORE),
        (AWS, ["servers"], ["Singapore"], ["APAC"], BEFORE),
        (WEBSUPPORT, ["servers"], ["not stated"], ["EU"], BEFORE),
        ("Quality Unit, LLC", ["group", "service"], ["not stated"], [], None),
        ("Quality Unit Ukraine", ["service", "subcontractor"], ["not stated"], [], None),
        ("Twilio, Inc.", ["VoIP"], ["not stated"], [], None),
    ],
    NEW: [
        (AWS, ["servers"], ["Germany"], ["EU"], GERMANY),
        (AWS, ["servers"], ["Ireland"], ["EU"], BEFORE),
        (AWS, ["servers"], ["Northern California", "United States"], ["United States"], BEFORE),
        (AWS, ["servers"], ["Singapore"], ["APAC"], BEFORE),
        ("Quality Unit, s.r.o.", ["group", "service"], ["not stated"], [], None),
        ("Quality Unit Ukraine", ["service", "subcontractor"], ["not stated"], [], None),
        ("Twilio, Inc.", ["VoIP"], ["not stated"], [], None),
        ("Intuit", ["MailChimp", "ticketing"], ["not stated"], [], None),
        ("OpenAI", ["answers"], ["not stated"], [], None),
    ],
}
SAFEGUARDS = ("instructions", "personnel", "training", "technical and organisational", "breaches", "co-operation")
# Whatever no page says of any row.
SILENT = {"address", "country", "website", "contact", "data_protection_contact", "chain", "is_optional", "categories"}
SILENT |= {"persons", "mechanism", "retention", "responsibilities", "trains_models", "agreements", "hosts"}
SILENT |= {"outcome", "evidence"}
EACH = [(day, language) for day in TABLES for language in LANGUAGES]


@pytest.fixture
def page(visitor_at):
    import_versions(example_versions())
    browser = visitor_at()

    def read(**asked):
        answer = browser.get("/subprocessors", asked)
        assert answer.status_code == 200
        return answer.content.decode()

    return read


@pytest.fixture
def facts_for_programs(visitor_at):
    import_versions(example_versions())
    browser = visitor_at()
    return lambda day, language: json.loads(
        browser.get("/subprocessors.json", {"as_of": day, "lang": language}).content
    )["subprocessors"]


def said(words, language):
    """Words of the tables as the page lists them in a language."""
    return ("، " if language == "ar" else ", ").join(SAID[word][language] for word in words)


@pytest.mark.parametrize(("day", "language"), EACH)
def test_every_row_of_the_table_stands_on_the_page_in_its_order(day, language, page):
    rows = list(rows_on(page(as_of=day, lang=language)).values())
    assert len(rows) == len(TABLES[day])
    for row, (company, what_for, where, customers, standards) in zip(rows, TABLES[day], strict=True):
        assert row.facts["legal_name"] == (company,)
        assert row.who.startswith(company), (row.who, company)
        for word in what_for:
            assert SAID[word][language] in f"{row.who} {row.what_for}", (row.key, word)
        place, _, told = row.where.partition(f" {row.labels.get('regions', '-')}: ")
        assert (place, told) == (said(where, language), said(customers, language)), row.key
        if standards is None:
            assert "standards" not in row.facts
        else:
            assert row.facts["standards"] == standards
            assert SAID["any of"][language] in row.labels["standards"]


@pytest.mark.parametrize(("day", "language"), EACH)
def test_facilities_have_power_that_does_not_fail(day, language, page):
    for row, (*_, standards) in zip(rows_on(page(as_of=day, lang=language)).values(), TABLES[day], strict=True):
        told = row.facts.get("measures", ())
        assert len(told) == (0 if standards is None else 3)
        for measure, word in zip(told, ("power", "UPS", "generators"), strict=False):
            assert SAID[word][language] in measure


@pytest.mark.parametrize(("day", "language"), EACH)
def test_six_safeguards_three_areas_and_the_date_stand_with_each(day, language, page):
    text = page(as_of=day, lang=language)
    assert SAID[day][language] in words_in(text)
    for row in rows_on(text).values():
        for promise, word in zip(row.facts["safeguards"], SAFEGUARDS, strict=True):
            assert SAID[word][language] in promise
        areas = (SAID[word][language] for word in ("security", "privacy", "confidentiality"))
        assert row.facts["due_diligence"] == tuple(areas)
        assert row.labels["unstated"] == SAID["not stated"][language]
        assert row.facts["engaged_by"] == ("Quality Unit, s. r. o.",)


@pytest.mark.parametrize(("day", "language"), EACH)
def test_each_row_says_since_when_it_is_listed(day, language, page):
    for row, told in zip(rows_on(page(as_of=day, lang=language)).values(), TABLES[day], strict=True):
        first = OLD if told in TABLES[OLD] else NEW
        assert row.facts["listed_since"] == (SAID[first][language],), row.key


@pytest.mark.parametrize(("day", "language"), EACH)
def test_what_no_source_says_is_not_stated_and_nothing_else(day, language, facts_for_programs):
    for row, (company, _, where, customers, _) in zip(facts_for_programs(day, language), TABLES[day], strict=True):
        silent = SILENT | ({"known_as"} if company != "Intuit" else set())
        silent |= {"place"} if where == ["not stated"] else set()
        silent |= set() if customers else {"regions"}
        assert {name for name, fact in row["facts"].items() if fact["values"] is None} == silent, row["key"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_sources_say_otherwise_is_said_with_the_source(language, page):
    named = dict(settings.LANGUAGES)
    rows = rows_on(page(as_of=OLD, lang=language))
    assert named["vi"] in rows["linode-eu"].words
    assert named["pl"] in rows["linode-singapore"].words
    text = words_in(page(as_of=OLD, lang=language))
    assert "Linode, Inc." in text
    for code in ("pl", "vi", "ar", "lv"):
        assert named[code] in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_page_answers_is_answered(language, page):
    """Every block and question, with its text, and the way to the agreement."""
    text, newest = words_in(page(lang=language)), example_versions()[-1]
    assert newest.prose
    for block in newest.prose:
        told = filled(block, newest.provider)
        is_headed = block.key not in {"example", "provider"}
        for line in [*([told.title[language]] if is_headed else []), *told.text[language].splitlines()]:
            assert words_in(line.removeprefix("- ")) in text, (block.key, line)
    assert "info@liveagent.com" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_differences_of_the_two_lists(language, page):
    text = page(lang=language, as_of=NEW, compare=OLD)
    assert SAID[OLD][language] in words_in(text)
    keys = [part.partition('"')[0] for part in text.split('data-key="')[1:]]
    assert {"aws-germany", "mailchimp-mail", "openai-answers", "quality-unit-sro"} <= set(keys)
    assert {"linode-eu", "linode-singapore", "websupport-eu", "quality-unit-llc"} <= set(keys)
    assert "aws-ireland" not in keys
