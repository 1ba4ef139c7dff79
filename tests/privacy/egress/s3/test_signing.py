"""Signatures against the examples that AWS has published (S3 API reference, "Signature Calculations for the
Authorization Header: Transferring Payload in a Single Chunk")."""

import hashlib
from datetime import UTC, datetime

import pytest

from steward.privacy.egress.s3.signing import Signer, Unsigned, canonical_path, canonical_query

KEY_ID, SECRET = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
AT = datetime(2013, 5, 24, tzinfo=UTC)
SCOPE = f"{KEY_ID}/20130524/us-east-1/s3/aws4_request"
EXAMPLES = [
    (
        {"method": "GET", "path": "/test.txt", "headers": {"Range": "bytes=0-9"}},
        "host;range;x-amz-content-sha256;x-amz-date",
        "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
    ),
    (
        {
            "method": "PUT",
            "path": canonical_path("/test$file.text"),
            "headers": {"Date": "Fri, 24 May 2013 00:00:00 GMT", "x-amz-storage-class": "REDUCED_REDUNDANCY"},
            "sha256": hashlib.sha256(b"Welcome to Amazon S3.").hexdigest(),
        },
        "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
        "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
    ),
    (
        {"method": "GET", "path": "/", "query": {"lifecycle": ""}},
        "host;x-amz-content-sha256;x-amz-date",
        "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
    ),
    (
        {"method": "GET", "path": "/", "query": {"prefix": "J", "max-keys": "2"}},
        "host;x-amz-content-sha256;x-amz-date",
        "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
    ),
]


@pytest.mark.parametrize(("request_", "names", "signature"), EXAMPLES)
def test_the_published_examples(request_, names, signature):
    usual = {"host": "examplebucket.s3.amazonaws.com", "query": {}, "headers": {}}
    usual["sha256"] = hashlib.sha256(b"").hexdigest()
    sent = Signer(KEY_ID, SECRET, "us-east-1").headers(Unsigned(**(usual | request_)), AT)
    assert sent["authorization"] == f"AWS4-HMAC-SHA256 Credential={SCOPE},SignedHeaders={names},Signature={signature}"
    assert sent["x-amz-date"] == "20130524T000000Z"


def test_names_are_encoded_once_and_in_the_order_of_their_bytes():
    assert canonical_path("/a b/ż~$+:.txt") == "/a%20b/%C5%BC~%24%2B%3A.txt"
    assert canonical_query({"b": "", "a": "x y/ż", "B": "+"}) == "B=%2B&a=x%20y%2F%C5%BC&b="


def test_nobody_reads_the_secret_in_a_traceback():
    assert SECRET not in repr(Signer(KEY_ID, SECRET, "eu"))
