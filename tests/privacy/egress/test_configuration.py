"""Settings that cannot be used are named at start, without the passwords in them."""

import pytest

from steward.privacy.egress.checks import check_settings


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("STEWARD_EGRESS_ALLOW", ["mail.internal"]),
        ("STEWARD_EGRESS_ALLOW", ["mail.internal:25", "10.0.0.0/8:25"]),
        ("STEWARD_RESOLVER", "resolver.example:53"),
        ("STEWARD_SMTP_RELAY", "mail.example.org"),
        ("STEWARD_SMTP_RELAY", "http://mail.example.org"),
        ("STEWARD_SMTP_RELAY", "smtp://user:hid#den@mail.example.org"),
        ("STEWARD_SMTP_RELAY", "smtp://user:hid/den@mail.example.org"),
        ("STEWARD_SMTP_RELAY", "smtp://user:hidden@mail.example.org:port"),
        ("STEWARD_SMTP_RELAY", "smtp://user:hidden@127.1"),
        ("STEWARD_CA_FILE", "/nowhere/ca.pem"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(settings, name: str, value: object) -> None:  # type: ignore[no-untyped-def]
    setattr(settings, name, value)
    (found,) = check_settings()
    assert name in found.msg
    assert "hidden" not in found.msg
    assert "hid#den" not in found.msg


def test_good_settings_pass(settings, tmp_path) -> None:  # type: ignore[no-untyped-def]
    ca_file = tmp_path / "ca.pem"
    ca_file.touch()
    settings.STEWARD_EGRESS_ALLOW = ["mail.internal:25", "[::1]:25"]
    settings.STEWARD_RESOLVER = "127.0.0.1"
    settings.STEWARD_SMTP_RELAY = "smtps://us%40er:hid%23den@mail.example.org"
    settings.STEWARD_CA_FILE = str(ca_file)
    assert not check_settings()


def test_no_settings_pass(settings) -> None:  # type: ignore[no-untyped-def]
    for name in ("STEWARD_RESOLVER", "STEWARD_SMTP_RELAY", "STEWARD_CA_FILE"):
        setattr(settings, name, "")
    settings.STEWARD_EGRESS_ALLOW = []
    assert not check_settings()
