"""In which language a text is, where that is certain: who has it read aloud hears the right voice (WCAG 2.2, 3.1.2).

Compact Language Detector 2, as Chromium used it, knows some 80 languages, takes some ten microseconds and asks nobody.
Where it cannot be had (it comes built for the usual machines only) the script tells what it can, and what the program
that wrote a text says of it is believed.
"""

import re

try:
    import pycld2
except ImportError:
    pycld2 = None

_MOST = 4_000  # characters: more make no answer surer
_ENOUGH = 24  # letters: in fewer, neighbours such as Danish and Norwegian are taken for each other
_SHARE = 70  # per cent of the text: who writes half of it in another language has written in none
_FOREIGN = re.compile(r"\S+@\S+|https?://\S+|www\.\S+")  # addresses are of no language
_TAG = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?")
_OTHER_NAMES = {"iw": "he", "jw": "jv", "no": "nb", "zh": "zh-Hans", "in": "id", "mo": "ro"}
# Scripts that one language is written in; kana stand among Chinese characters.
_SCRIPTS = (
    ("ko", re.compile("[\u1100-\u11ff\uac00-\ud7a3]")),
    ("ja", re.compile("[\u3041-\u30ff]")),
    ("th", re.compile("[\u0e01-\u0e5b]")),
    ("he", re.compile("[\u05d0-\u05ea]")),
    ("el", re.compile("[\u0386-\u03ff]")),
    ("ka", re.compile("[\u10d0-\u10ff]")),
    ("hy", re.compile("[\u0531-\u0587]")),
)
_CHARACTERS = re.compile("[\u3400-\u9fff]")  # of Chinese, and among kana of Japanese


def language_of(text: str, said: str = "") -> str:
    """The language of a text as a tag of BCP 47 (`da`, `zh-Hant`), empty when it is not certain.

    `said` is what the program that wrote it says (the header Content-Language, RFC 3282): by itself it is no proof, for
    many programs name the language of their menus, but it settles what is likely.
    """
    words = _FOREIGN.sub(" ", text[:_MOST])
    letters = sum(map(str.isalpha, words))
    named = _named(said)
    if pycld2 is None:
        return _by_script(words, letters) or (named if letters else "")
    likely, is_certain = _likely(words)
    if is_certain and letters >= _ENOUGH:
        return likely
    if likely and likely.partition("-")[0] == named.partition("-")[0]:
        return likely
    return _by_script(words, letters)


def _likely(words: str) -> tuple[str, bool]:
    """What the detector makes of it, and whether it would swear to it."""
    try:
        is_reliable, _bytes, found = pycld2.detect(words, isPlainText=True)
    except (pycld2.error, UnicodeError):  # lone surrogates, or what it takes for no text
        return "", False
    _name, code, percent, _score = found[0]
    code = _OTHER_NAMES.get(code, code)
    return (code, is_reliable and percent >= _SHARE) if code != "un" and _TAG.fullmatch(code) else ("", False)


def _by_script(words: str, letters: int) -> str:
    """The one language that is written in the script of most of the letters."""
    characters = len(_CHARACTERS.findall(words))
    for language, script in _SCRIPTS:
        own = len(script.findall(words))
        if own and own + (characters if language == "ja" else 0) > letters / 2:
            return language
    return "zh" if characters > letters / 2 else ""


def _named(said: str) -> str:
    """The one language that is named, without its country; empty for none or several."""
    names = {name.strip().partition("-")[0].lower() for name in said.split(",") if name.strip()}
    name = names.pop() if len(names) == 1 else ""
    return _OTHER_NAMES.get(name, name) if re.fullmatch("[a-z]{2,3}", name) else ""
