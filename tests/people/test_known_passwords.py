"""The lists of known passwords: ours, and one of the operator's."""

import hashlib
import random
import string

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from steward.people import passwords
from steward.people.breached import FIRST_LINE, OUR_LIST, KnownPasswords, NotAList, build_list
from steward.people.checks import check_settings
from steward.people.models import User
from steward.people.passwords import SHORTEST, is_breached
from steward.project.commands import password_list
from steward.project.failure import Failure

KNOWN = ["qwertyuiop", "1q2w3e4r5t", "Usuckballz1", "vjkjljdf103", "nuttertools", "123qweasdzxc", "Mailcreated5240"]


@pytest.fixture(scope="module")
def ours():
    return KnownPasswords(OUR_LIST)


def test_ours_has_far_more_than_three_thousand_that_are_long_enough(ours):
    assert len(ours) == 112_130
    assert OUR_LIST.stat().st_size < 2**20


def test_ours_is_the_one_whose_origin_is_told():
    digest = hashlib.sha256(OUR_LIST.read_bytes()).hexdigest()
    assert digest == "ad02b10fb582be367bb11bb7cd7b41728ac9ea95c56847ddb92a3bc2c131b908"


@pytest.mark.parametrize("password", KNOWN)
def test_known_ones_are_found_however_they_are_written(ours, password):
    assert password in ours
    assert password.upper() in ours
    assert is_breached(password)
    assert is_breached(f"!{password}2026")


def test_the_first_and_the_last_are_found(tmp_path):
    words = [f"{letter}-password" for letter in string.ascii_letters[:26]]
    file = tmp_path / "list"
    file.write_bytes(build_list(words, shortest=SHORTEST))
    assert all(word in KnownPasswords(file) for word in words)
    assert "another-password" not in KnownPasswords(file)


def test_nothing_else_is_taken_for_one(ours):
    draw = random.Random(1)  # the same ones in each run
    made = ["".join(draw.choices(string.ascii_letters + string.digits, k=SHORTEST)) for _ in range(20_000)]
    assert not [password for password in made if password in ours]


def test_building_twice_gives_the_same_whatever_the_order(tmp_path):
    words = ["a long password", "an even longer one", "A LONG PASSWORD", "short"]
    made = build_list(words, shortest=SHORTEST)
    assert made == build_list(reversed(words), shortest=SHORTEST)
    assert len(made) == len(FIRST_LINE) + 2 * 6
    assert b"long" not in made


def test_an_operator_names_a_list_of_their_own(tmp_path, settings, capsys):
    source, target = tmp_path / "words.txt", tmp_path / "list"
    source.write_text("xylophone-of-ours\r\nshort\nZwölf Boxkämpfer jagen\n", encoding="utf-8")
    assert password_list.main([str(source), str(target)]) == 0
    assert "2 passwords" in capsys.readouterr().out
    assert not is_breached("xylophone-of-ours")
    settings.STEWARD_PASSWORD_LIST = str(target)
    assert not check_settings()
    for password in ("xylophone-of-ours", "Xylophone-of-Ours", "zwölf boxkämpfer jagen", "qwertyuiop"):
        assert is_breached(password)
    with pytest.raises(ValidationError) as refused:
        passwords.BreachedPasswordValidator().validate("xylophone-of-ours99")
    assert refused.value.code == "password_breached"
    assert not is_breached("zithers of theirs")


def test_a_source_without_a_password_makes_nothing(tmp_path):
    source, target = tmp_path / "words.txt", tmp_path / "list"
    source.write_text("short\n")
    with pytest.raises(Failure, match="nothing was written"):
        password_list.main([str(source), str(target)])
    assert not target.exists()


@pytest.mark.parametrize("content", [b"", b"plain words\n", FIRST_LINE, FIRST_LINE + b"1234567"])
def test_what_is_no_list_is_refused_at_start(tmp_path, settings, content):
    file = tmp_path / "list"
    file.write_bytes(content)
    with pytest.raises(NotAList):
        KnownPasswords(file)
    settings.STEWARD_PASSWORD_LIST = str(file)
    [error] = check_settings()
    assert error.is_serious()
    settings.STEWARD_PASSWORD_LIST = str(tmp_path / "nowhere")
    assert check_settings()


def test_one_that_is_far_too_long_keeps_nobody_busy():
    """Every validator is asked, also when the length was refused: none of them reads what is too long."""
    with pytest.raises(ValidationError) as refused:
        validate_password("a" + "!" * 200_000 + "a", User(email="ada@northwind.example"))
    assert [error.code for error in refused.value.error_list] == ["password_too_long"]
