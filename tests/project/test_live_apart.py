"""`steward live`: streams and nothing else, in a process of its own."""

import io

import pytest
from django.core.handlers.wsgi import WSGIHandler

from steward.project.serving.apart import _limited


@pytest.mark.parametrize(
    ("path", "status"),
    [("/healthz", "200"), ("/console/events", "302"), ("/console/", "404"), ("/static/steward/steward.css", "404")],
)
def test_it_answers_what_streams_and_probes_need(path, status, transactional_db, northwind):
    said = []
    environ = {
        "REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": "", "SERVER_NAME": "x", "SERVER_PORT": "80",
        "HTTP_HOST": "northwind.localhost", "REMOTE_ADDR": "127.0.0.1",
        "wsgi.input": io.BytesIO(), "wsgi.errors": io.StringIO(), "wsgi.url_scheme": "http",
    }  # fmt: skip
    b"".join(_limited(WSGIHandler())(environ, lambda answered, _headers, _error=None: said.append(answered)))
    assert said[0].startswith(status)
