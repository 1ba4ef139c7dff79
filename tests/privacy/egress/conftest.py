"""A certificate authority for tests, and servers that run as processes of their own."""

import datetime
import ipaddress
import itertools
import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from steward.privacy.egress import dns, ledger, wall

ACTORS = Path(__file__).with_name("actors.py")


class Actors:
    """The process all actors of a run live in."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(ACTORS)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._numbers = itertools.count()
        self._heard: dict[int, list[dict[str, Any]]] = defaultdict(list)

    def order(self, **order: Any) -> None:
        assert self._process.stdin
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()

    def until(self, number: int, key: str) -> list[dict[str, Any]]:
        """What was heard, up to the line of this actor that has `key`."""
        assert self._process.stdout
        while not any(key in line for line in self._heard[number]):
            text = self._process.stdout.readline()
            assert text, "the actors are gone"
            line = json.loads(text)
            self._heard[line.pop("id")].append(line)
        return self._heard.pop(number)

    def start(self, role: str, **options: Any) -> "Actor":
        number = next(self._numbers)
        self.order(id=number, role=role, **options)
        return Actor(self, number, self.until(number, "port")[-1]["port"])

    def end(self) -> None:
        self._process.kill()
        self._process.wait(10)
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe
            pipe.close()


@dataclass
class Actor:
    """One of the servers."""

    actors: Actors
    number: int
    port: int

    def heard(self) -> list[dict[str, Any]]:
        """Send it away, and ask what it heard."""
        self.actors.order(id=self.number)
        return self.actors.until(self.number, "closed")[:-1]


@pytest.fixture(scope="session")
def actors() -> Iterator[Actors]:
    with wall.allow_child("the outside actors of tests"):
        made = Actors()
    yield made
    made.end()


@pytest.fixture
def actor(actors: Actors) -> Callable[..., Actor]:
    """`actor("smtp", implicit=True, ...)` starts a server."""
    return actors.start


@dataclass(frozen=True)
class Authority:
    """A certificate authority: its file, and a maker of server certificates."""

    file: Path
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    def issue(self, *names: str) -> str:
        """A file with a certificate for the names (or addresses) and its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        alternatives = x509.SubjectAlternativeName([_general_name(name) for name in names])
        made = (
            _builder(names[0], self.certificate.subject, key)
            .add_extension(alternatives, critical=False)
            .sign(self.key, hashes.SHA256())
        )
        path = self.file.with_name(f"{names[0]}.pem")
        path.write_bytes(_pem(key) + made.public_bytes(serialization.Encoding.PEM))
        return str(path)


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _builder(name: str, issuer: x509.Name | None, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    today = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer or subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - datetime.timedelta(days=1))
        .not_valid_after(today + datetime.timedelta(days=1))
    )


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())


def make_authority(folder: Path, name: str) -> Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = (
        _builder(name, None, key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / f"{name}.pem"
    file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return Authority(file, certificate, key)


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("authority"), "tests")


@pytest.fixture(scope="session")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """An authority nobody trusts."""
    return make_authority(tmp_path_factory.mktemp("stranger"), "stranger")


@pytest.fixture(scope="session")
def certificate(authority: Authority) -> str:
    return authority.issue("mail.test")


@pytest.fixture
def trusting(settings: Any, authority: Authority) -> Any:
    """Settings that trust the authority of the tests."""
    settings.STEWARD_CA_FILE = str(authority.file)
    return settings


@pytest.fixture
def names(actor: Callable[..., Actor], settings: Any) -> Iterator[Callable[..., Actor]]:
    """`names({"mail.test. A": [["127.0.0.1"]]})` puts a DNS server in place of the world's."""

    def start(records: dict[str, Any], **options: Any) -> Actor:
        made = actor("dns", records=records, **options)
        settings.STEWARD_RESOLVER = f"127.0.0.1:{made.port}"
        return made

    dns.forget_answers()
    yield start
    dns.forget_answers()
    ledger._lookups.clear()
