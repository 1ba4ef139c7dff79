"""The address of a bucket in the settings."""

import pytest

from steward.privacy.egress import configuration
from steward.privacy.egress.addresses import BadDestination, Destination
from steward.privacy.egress.checks import check_settings
from steward.privacy.egress.s3.buckets import parse_bucket


@pytest.mark.parametrize(
    ("text", "shown", "place", "prefix"),
    [
        ("s3s://k:s@s3.example.com/files", "s3s://s3.example.com/files", ("s3.example.com", 443), ""),
        ("s3s://k:s@S3.example.com:443/files/", "s3s://s3.example.com/files", ("s3.example.com", 443), ""),
        ("s3://k:s@10.0.0.5:9000/files/a/b", "s3://10.0.0.5:9000/files/a/b", ("10.0.0.5", 9000), "a/b/"),
        ("s3s://k:s@[2001:db8::1]:9000/files", "s3s://[2001:db8::1]:9000/files", ("2001:db8::1", 9000), ""),
    ],
)
def test_where_it_is(text, shown, place, prefix):
    bucket = parse_bucket(text)
    assert (str(bucket), bucket.destination, bucket.prefix) == (shown, Destination(*place), prefix)
    assert bucket.region == "us-east-1"


def test_the_key_and_the_region():
    bucket = parse_bucket("s3s://AK:a%2Fb%2B%40@s3.example.com/files?region=eu-central-1")
    assert (bucket.key_id, bucket.secret, bucket.region) == ("AK", "a/b+@", "eu-central-1")
    assert "a/b+@" not in f"{bucket} {bucket!r}"


def test_the_key_may_be_in_a_file(tmp_path):
    (tmp_path / "key").write_text("AK:se/cr:et\n")
    bucket = parse_bucket(f"s3s://s3.example.com/files?credentials={tmp_path}/key")
    assert (bucket.key_id, bucket.secret) == ("AK", "se/cr:et")
    with pytest.raises(BadDestination, match="cannot be read"):
        parse_bucket(f"s3s://s3.example.com/files?credentials={tmp_path}/none")


@pytest.mark.parametrize(
    "text",
    [
        "s3s://s3.example.com/files",  # nobody's key
        "s3s://k:hidden@s3.example.com",
        "s3s://k:hidden@/files",
        "s3s://k:hidden@s3.example.com/files/../other",
        "s3s://k:hidden@s3.example.com/files//a",
        "s3s://k:hidden@s3.example.com/files?acl=public",
        "s3s://k:hidden@s3.example.com/files#a",
        "s3s://k:hidden@s3.example.com:port/files",
        "s3s://k:hid/den@s3.example.com/files",
        "https://k:hidden@s3.example.com/files",
        "s3s://k:hidden@127.1/files",
    ],
)
def test_what_is_none_is_said_without_repeating_it(text, settings):
    settings.STEWARD_OBJECT_STORE = text
    (found,) = check_settings()
    assert found.msg.startswith("STEWARD_OBJECT_STORE cannot be used: ")
    assert "hid" not in found.msg


def test_a_folder_of_backups_is_no_bucket(settings, tmp_path):
    settings.STEWARD_BACKUPS = str(tmp_path)
    assert configuration.backups() is None
    assert check_settings() == []


def test_without_tls_only_what_the_operator_named(settings):
    settings.STEWARD_BACKUPS = "s3://k:s@10.0.0.5:9000/backups"
    (found,) = check_settings()
    assert "STEWARD_EGRESS_ALLOW" in found.msg
    settings.STEWARD_EGRESS_ALLOW = ["10.0.0.5:9000"]
    assert check_settings() == []
