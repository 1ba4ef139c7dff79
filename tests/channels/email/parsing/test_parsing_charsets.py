import pytest

from steward.channels.email.parsing.charsets import codec_of, decode, storable

RUSSIAN = "Съешь же ещё этих мягких французских булок, да выпей чаю. Это довольно длинный текст о погоде и о делах."


@pytest.mark.parametrize(
    ("label", "codec"),
    [
        ("us-ascii", "cp1252"),
        ("ISO-8859-1", "cp1252"),
        ("iso-8859-15", "iso8859-15"),
        ("Windows-1250", "cp1250"),
        ("cp-850", "cp850"),
        ("gb2312", "gb18030"),
        ("x-gbk", "gb18030"),
        ("Shift_JIS", "cp932"),
        ("ks_c_5601-1987", "cp949"),
        ("unicode-1-1-utf-7", "utf-7"),
        ('"utf-8"', "utf-8"),
        ("utf8", "utf-8"),
        ("_iso-2022-jp$ESC", "iso2022_jp"),
        ("utf-8*en", "utf-8"),
        ("x-unknown", None),
        ("unknown-8bit", None),
        ("nonsense", None),
        ("idna", None),
        ("rot13", None),
        ("zlib", None),
        ("", None),
        ("\x00", None),
    ],
)
def test_labels(label, codec):
    assert codec_of(label) == codec


@pytest.mark.parametrize(
    ("text", "encoding", "label", "problem"),
    [
        ("Grüße", "utf-8", "utf-8", ""),
        ("Grüße", "latin-1", "iso-8859-1", ""),
        ("„Grüße“ €", "cp1252", "iso-8859-1", ""),
        ("Grüße", "utf-8", "iso-8859-1", "wrong_charset"),
        ("Grüße", "utf-8", "us-ascii", "wrong_charset"),
        ("Grüße", "utf-8", "", ""),
        ("Grüße", "latin-1", "", ""),
        ("Grüße aus Köln", "latin-1", "utf-8", "wrong_charset"),
        ("Grüße", "utf-8", "nonsense", "unknown_charset"),
        ("你好，世界", "gb18030", "gb2312", ""),
        ("你好，世界", "utf-8", "gb2312", "wrong_charset"),
        ("朱镕基", "gbk", "gb2312", ""),
        ("こんにちは", "iso2022_jp", "iso-2022-jp", ""),
        ("こんにちは", "iso2022_jp", "", ""),
        ("こんにちは", "iso2022_jp", "utf-8", ""),
        ("こんにちは、世界", "euc_jp", "euc-jp", ""),
        ("①髙", "cp932", "shift_jis", ""),
        ("안녕하세요", "cp949", "ks_c_5601-1987", ""),
        ("Příliš žluťoučký kůň", "cp1250", "windows-1250", ""),
        ("Hi ⟶ there", "utf-7", "utf-7", ""),
        ("Grüße", "utf-16", "utf-16", ""),
        ("Grüße", "utf-8-sig", "utf-8", ""),
        ("plain words", "ascii", "utf-16", ""),
        ("Grüße", "utf-8", "utf-16", "wrong_charset"),
        (RUSSIAN, "koi8-r", "koi8-r", ""),
        (RUSSIAN, "cp1251", "", ""),
        (RUSSIAN, "cp1251", "x-unknown", ""),
    ],
)
def test_texts(text, encoding, label, problem):
    assert decode(text.encode(encoding), label) == (text, problem)


def test_the_vendor_characters_of_japanese_mail():
    assert decode(b"\x1b$B-!\x1b(B x", "iso-2022-jp") == ("① x", "")
    assert decode(b"\x1b$B-!\x1b(I1\x1b(B", "iso-2022-jp")[0] == "①ｱ"


def test_japanese_that_breaks_off_or_is_mixed_up():
    assert decode(b"\x1b$B-!\x82-", "iso-2022-jp")[0].startswith("①")
    assert decode(b"\x1b$B$3\x1b\x00(B x\x82", "iso-2022-jp")[0].startswith("こ")


def test_a_character_cut_off_at_the_end_keeps_the_rest_utf8():
    assert decode("Grüße für €".encode()[:-1], "utf-8")[0].startswith("Grüße für ")


def test_a_western_footer_under_a_utf8_text():
    assert decode("Grüße 你好 世界\n".encode() + "Köln".encode("latin-1"), "utf-8")[0] == "Grüße 你好 世界\nKöln"


def test_the_rest_of_the_mail_hints_at_undeclared_text():
    assert decode("你好".encode("gb18030"), "", hint="gb2312")[0] == "你好"


def test_html_says_what_it_is_written_in():
    page = '<meta http-equiv="Content-Type" content="text/html; charset=windows-1250"><p>kůň žluťoučký'
    assert decode(page.encode("cp1250"))[0] == page


def test_accents_of_vietnamese_code_pages_join_their_letters():
    assert decode(b"e\xec", "windows-1258")[0] == "é"


@pytest.mark.parametrize("raw", [b"\x00a\x00", b"a\xef\xbb\xbf", b"\x1b\x07a", b"a\x7f"])
def test_nothing_that_cannot_be_stored(raw):
    assert decode(raw)[0] == "a"


def test_lone_surrogates_go():
    assert storable("a\ud800b\udfff") == "ab"
    assert decode(b"+2D0-x", "utf-7")[0] == "x"
    assert decode(b"\xff\xfe\x00\xd8x\x00")[0].encode()
