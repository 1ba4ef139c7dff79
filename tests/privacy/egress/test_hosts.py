"""What is made of one version of the registry: the proxy's list and the browser's policy."""

from datetime import UTC, datetime

import pytest
from django.http import HttpRequest, HttpResponse

from steward.privacy.egress.addresses import Destination
from steward.privacy.egress.browser_policy import policy_with, sources
from steward.privacy.egress.models import RegistryVersion
from steward.privacy.egress.proxy_list import proxy_list
from steward.privacy.egress.registry import document as doc
from steward.privacy.egress.registry.standing import Version
from steward.project.middleware import POLICY, SecurityHeaders

START = datetime(2026, 1, 1, tzinfo=UTC)


def endpoint(host: str, port: int, protocol: doc.Protocol) -> doc.Endpoint:
    return doc.Endpoint(host=host, port=port, protocol=protocol)


def registry(*engagements: doc.Engagement) -> doc.Registry:
    company = doc.Subprocessor(
        key="company",
        legal_name="Relay GmbH",
        kind=doc.Kind.SERVICE,
        engagements=engagements,
        agreements=(doc.VendorAgreement(version="1", effective_from=START),),
    )
    return doc.Registry(
        provider=doc.Provider(legal_name="Host s.r.o.", service="Desk"),
        regions=(),
        subprocessors=(company,),
        prose=(),
    )


SMTP = endpoint("smtp.relay.example", 465, doc.Protocol.SMTP)
API = endpoint("api.relay.example", 443, doc.Protocol.HTTPS)
IMAGES = endpoint("images.relay.example", 443, doc.Protocol.BROWSER)
RELAY = doc.Engagement(
    key="relay", purposes=("mail.deliver",), categories=("user.content",), endpoints=(SMTP, API, SMTP)
)
PICTURES = doc.Engagement(
    key="pictures", purposes=("mail.remote_images",), categories=("user.device.ip_address",), endpoints=(IMAGES,)
)
PEOPLE = doc.Engagement(key="people", purposes=("support.cover",), categories=("user.name",), endpoints=(API,))


def version(*engagements: doc.Engagement) -> Version:
    content = registry(*engagements)
    text = doc.canonical(content)
    return Version(number=3, registry=content, sha256=doc.digest(text), published_at=START, effective_at=START)


def test_the_proxys_list_has_the_hosts_we_go_to_and_denies_all_others() -> None:
    made = version(RELAY, PICTURES, PEOPLE)
    assert proxy_list(made) == (
        f"# Subprocessor registry, version 3, SHA-256 {made.sha256}\n"
        "---\n"
        "version: v1\n"
        "services:\n"
        "  - name: steward\n"
        "    project: steward\n"
        "    action: enforce\n"
        "    allowed_domains:\n"
        '      - "api.relay.example"\n'
        '      - "smtp.relay.example"\n'
        "default:\n"
        "  project: steward\n"
        "  action: enforce\n"
        "  allowed_domains: []\n"
    )


def test_equal_versions_give_equal_lists_and_without_hosts_it_denies_everything() -> None:
    assert proxy_list(version(RELAY, PICTURES)) == proxy_list(version(RELAY, PICTURES))
    assert "    allowed_domains: []\n" in proxy_list(version(PEOPLE))
    assert "example" not in proxy_list(version(PEOPLE))


def test_hosts_for_browsers_are_source_expressions_under_tls() -> None:
    given = [Destination("b.example", 8443), Destination("a.example", 443), Destination("2001:db8::1", 443)]
    assert sources(given) == ("https://[2001:db8::1]", "https://a.example", "https://b.example:8443")


def test_a_policy_admits_them_for_what_is_looked_at_and_never_for_what_is_run() -> None:
    made = policy_with(POLICY, [Destination("a.example", 443)])
    directives = dict(one.strip().partition(" ")[::2] for one in made.split(";"))
    assert {name for name, value in directives.items() if "https://a.example" in value} == {
        "img-src",
        "font-src",
        "connect-src",
        "frame-src",
    }
    assert directives["script-src"] == directives["style-src"] == "'self'"
    assert policy_with(POLICY, []) == POLICY


def served(*hosts: Destination) -> str:
    response = HttpResponse("page")
    if hosts:
        response.loads_from = frozenset(hosts)  # type: ignore[attr-defined]
    answer = SecurityHeaders(lambda _request: response)(HttpRequest())
    return str(answer.headers["Content-Security-Policy"])


@pytest.mark.django_db
def test_a_page_is_given_the_hosts_of_the_registry_and_no_others() -> None:
    listed, other = Destination(IMAGES.host, 443), Destination("elsewhere.example", 443)
    assert served() == POLICY
    assert served(listed) == POLICY  # there is no registry yet
    content = registry(PICTURES, RELAY)
    text = doc.canonical(content)
    RegistryVersion.objects.create(
        number=1, document=text, sha256=doc.digest(text), published_at=START, effective_at=START
    )
    assert "https://images.relay.example" in served(listed, other, Destination(SMTP.host, 465))
    assert "elsewhere" not in served(listed, other)
    assert "smtp" not in served(listed, Destination(SMTP.host, 465))
    assert served() == POLICY
