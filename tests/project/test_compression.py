"""Which answers go out compressed."""

import gzip

import pytest

GZIP = {"HTTP_ACCEPT_ENCODING": "gzip, deflate, br"}


def test_a_page_is_compressed_for_who_asks(client_of, ada):
    browser = client_of(ada)
    plain, packed = browser.get("/console/settings/general"), browser.get("/console/settings/general", **GZIP)
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Time zone" in gzip.decompress(packed.content).decode()
    assert len(packed.content) < len(plain.content) / 3
    for answer in (plain, packed):
        assert "Accept-Encoding" in answer.headers["Vary"]


def test_its_length_is_never_quite_the_same(client_of, ada):
    browser = client_of(ada)
    lengths = {len(browser.get("/console/settings/general", **GZIP).content) for _ in range(8)}
    assert len(lengths) > 1


@pytest.mark.parametrize("path", ["/healthz", "/console/sign-out"])
def test_what_is_small_or_no_page_is_left_alone(visitor_at, northwind, path):
    assert "Content-Encoding" not in visitor_at(northwind).get(path, **GZIP).headers
