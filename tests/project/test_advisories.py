"""`make advisories`: the pinned libraries are compared with published advisories, where there is a network."""

import json
import subprocess
import sys
import threading
import tomllib
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import TCPServer

import pytest

pytestmark = pytest.mark.usefixtures("child_processes")

ROOT = Path(__file__).parents[2]


class Service(BaseHTTPRequestHandler):
    """Knows an advisory for each library whose name is in `known`; remembers what was asked."""

    known: frozenset[str] = frozenset()
    asked: list[dict] = []  # noqa: RUF012  the latest questions, for the test
    broken = False

    def do_POST(self):
        queries = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["queries"]
        type(self).asked = queries
        results = [
            {"vulns": [{"id": f"GHSA-{query['package']['name']}"}]} if query["package"]["name"] in self.known else {}
            for query in queries
        ]
        body = b"<html>" if self.broken else json.dumps({"results": results}).encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args):
        """Nothing of it belongs into the output of the tests."""


@pytest.fixture
def service():
    server = TCPServer(("127.0.0.1", 0), Service)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    Service.known, Service.broken = frozenset(), False
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def compare(address):
    command = [sys.executable, str(ROOT / ".ci/advisories"), address]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_every_pinned_library_is_asked_about(service):
    done = compare(service)
    assert done.returncode == 0, done.stdout
    asked = {(query["package"]["ecosystem"], query["package"]["name"]) for query in Service.asked}
    locked = {each["name"] for each in tomllib.loads((ROOT / "uv.lock").read_text())["package"]} - {"steward-desk"}
    assert asked == {("PyPI", name) for name in locked} | {
        ("npm", each["name"]) for each in tomllib.loads((ROOT / "src/steward/ui/vendor.toml").read_text())["vendored"]
    }
    assert all(query["version"] for query in Service.asked)
    assert {"django", "squire-rte"} <= {name for _, name in asked}


def test_an_advisory_fails_and_says_where_to_read(service):
    Service.known = frozenset({"django", "squire-rte"})
    done = compare(service)
    assert done.returncode == 1
    assert "https://osv.dev/vulnerability/GHSA-django" in done.stdout
    assert "https://osv.dev/vulnerability/GHSA-squire-rte" in done.stdout


def test_without_a_network_it_says_so_and_fails_nothing(service):
    Service.broken = True
    for address in ("http://127.0.0.1:1", service):
        done = compare(address)
        assert done.returncode == 0
        assert "NOT compared" in done.stdout
