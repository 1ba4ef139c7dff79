"""`steward registry`: the list of subprocessors by hand."""

import contextlib
import io
import json
import sys

import pytest

from steward.lib.actor import SYSTEM
from steward.people.operators import create_operator
from steward.privacy.egress.addresses import Destination
from steward.privacy.egress.connectors import Declaration, declare_connector, retire_connector
from steward.privacy.egress.models import Connector, RegistryVersion
from steward.privacy.egress.proxy_list import proxy_list
from steward.privacy.egress.registry.document import canonical, parse_registry
from steward.privacy.egress.registry.versions import published
from steward.privacy.subprocessors.actions import approve_draft
from steward.privacy.subprocessors.example import example_versions
from steward.privacy.subprocessors.models import RegistryDraft
from steward.project import cli
from steward.project.commands import session
from steward.tenancy.scope import account_scope


@pytest.fixture
def registry(db, monkeypatch, capsys):
    """`registry("list", typed="...")` -> exit code and what was said, on the test database."""
    monkeypatch.setattr(session, "at_hand", lambda _data: contextlib.nullcontext())

    def run(*arguments, typed=""):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(typed.encode())))
        try:
            code = cli.main(("registry", *arguments))
        except SystemExit as end:
            code = end.code
        said = capsys.readouterr()
        return code, said.out + said.err

    return run


@pytest.fixture
def first():
    """A list as `export` writes it."""
    return canonical(example_versions()[0])


def test_from_a_file_to_a_version(registry, first):
    assert registry("draft", "-", "--summary", "What we use.", typed=first)[0] == 0
    assert registry("export", "--draft")[1].strip() == first
    code, said = registry("publish", "--alone-because", "A company of one.")
    assert (code, "Version 1 is published" in said) == (0, True)
    assert registry("export")[1].strip() == first
    [listed] = registry("list", "--json")[1].splitlines()
    assert json.loads(listed)["version"] == 1


def test_without_a_draft_nothing_is_published_and_none_is_made(registry):
    for command in (("publish",), ("discard",), ("export", "--draft")):
        code, said = registry(*command)
        assert code != 0
        assert "There is no draft" in said
    assert not RegistryDraft.objects.exists()


def test_a_draft_is_thrown_away(registry, first):
    registry("draft", "-", typed=first)
    assert registry("discard")[0] == 0
    assert not RegistryDraft.objects.exists()


@pytest.mark.parametrize("typed", ["", "{", "[]", '{"provider": {"legal_name": "x", "service": "y", "colour": "z"}}'])
def test_what_is_no_registry_is_refused(registry, typed):
    code, said = registry("draft", "-", typed=typed)
    assert code != 0
    assert "is no registry" in said


def test_a_file_that_is_not_there_is_told(registry, tmp_path):
    code, said = registry("draft", str(tmp_path / "none.json"))
    assert (code != 0, "cannot be read" in said) == (True, True)


def test_what_is_faulty_is_told_with_its_place(registry, first):
    faulty = first.replace('"data.host"', '"data.lose"')
    registry("draft", "-", typed=faulty)
    code, said = registry("publish")
    assert code != 0
    assert "linode-eu: unknown_purpose data.lose" in said


def test_what_no_page_could_show_is_told(registry, first):
    code, said = registry("draft", "-", typed=first.replace('"linode-eu"', '"linode/eu"'))
    assert code != 0
    assert "'linode/eu'" in said


def test_a_draft_of_a_version_that_is_not_the_newest_is_not_published(registry, first):
    registry("draft", "-", typed=first)
    registry("load-example")
    code, said = registry("publish")
    assert (code != 0, "not the newest" in said) == (True, True)


def test_where_others_are_served_somebody_else_approves(registry, first, settings):
    settings.STEWARD_HOSTING = True
    registry("draft", "-", typed=first)
    code, said = registry("publish")
    assert (code != 0, "--alone-because REASON" in said) == (True, True)
    ben = [create_operator(f"{name}@hosting.test", password=None).user_id for name in ("ada", "ben")][1]
    code, said = registry("publish", "--alone-because", "I have the machine.")
    assert (code != 0, "has to approve the draft in the back office" in said) == (True, True)
    approve_draft(RegistryDraft.objects.get(), operator_id=ben)
    assert registry("publish")[0] == 0
    assert RegistryVersion.objects.get().approved_by == ben


def test_lists_of_the_past_fill_an_empty_registry_and_no_other(registry, tmp_path):
    files = []
    for number, one in enumerate(example_versions()):
        files.append(tmp_path / f"{number}.json")
        files[-1].write_text(canonical(one))
    code, said = registry("import", *map(str, files))
    assert (code, said.splitlines()[0]) == (0, "Version 1, the list of 28 October 2019.")
    assert "oldest first" in registry("import", str(files[1]), str(files[0]))[1]
    for command in (("import", str(files[0])), ("load-example",)):
        code, said = registry(*command)
        assert (code != 0, "has versions already" in said) == (True, True)


def test_a_list_of_no_day_is_not_imported(registry, tmp_path, first):
    undated = json.loads(first)
    del undated["stated_on"]
    file = tmp_path / "undated.json"
    file.write_text(canonical(parse_registry(json.dumps(undated))))
    code, said = registry("import", str(file))
    assert (code != 0, "stated_on" in said) == (True, True)


def test_a_version_that_is_not_there(registry):
    assert "The registry has no version yet." in registry("export")[1]
    registry("load-example")
    assert "There is no version 3." in registry("export", "--version", "3")[1]


def test_the_list_of_a_proxy_is_that_of_the_version(registry):
    assert "The registry has no version yet." in registry("acl")[1]
    registry("load-example")
    first, newest = (registry("acl", *more) for more in (("--version", "1"), ()))
    assert (first[0], newest[0]) == (0, 0)
    for (_, said), number in ((first, 1), (newest, 2)):
        version = published().versions[number - 1]
        assert said.strip() == proxy_list(version).strip()
        assert said.startswith(f"# Subprocessor registry, version {number}, SHA-256 {version.sha256}\n")
    assert registry("acl", "--version", "2") == newest
    code, said = registry("acl", "--version", "3")
    assert (code, "There is no version 3." in said) == (1, True)


def declare(account, kind, host, *purposes):
    declared = Declaration(
        kind=kind, destination=Destination(host, 993), tls=Connector.Tls.IMPLICIT, purposes=frozenset(purposes)
    )
    with account_scope(account.id):
        return declare_connector(declared, actor=SYSTEM)


def roles(text):
    """The hosts of each role, and what is done with others, as a proxy reads the file."""
    found, name = {}, ""
    for line in text.splitlines():
        if line.startswith("  - name: "):
            name = line.removeprefix("  - name: ")
        elif line.startswith("    action: "):
            found[name] = (line.removeprefix("    action: "), set())
        elif line.startswith("      - "):
            found[name][1].add(json.loads(line.removeprefix("      - ")))
    return found


def test_the_servers_of_accounts_and_of_who_runs_it_are_a_role_of_their_own(registry, settings, northwind, contoso):
    registry("load-example")
    settings.STEWARD_SMTP_RELAY, settings.STEWARD_HOSTING = "smtps://relay.own.example:465", False
    settings.STEWARD_OBJECT_STORE = "s3s://k:s@files.own.example/files"
    settings.STEWARD_BACKUPS = "s3s://k:s@backups.own.example:9000/backups"
    declare(northwind, Connector.Kind.SMTP, "smtp.northwind.example")
    declare(contoso, Connector.Kind.IMAP, "imap.contoso.example")
    declare(contoso, Connector.Kind.HTTP, "answers.example", "answer.suggest")
    declare(contoso, Connector.Kind.IMAP, "10.0.0.7")
    settings.STEWARD_EGRESS_ALLOW = ["10.0.0.7:993"]  # reached directly
    gone = declare(northwind, Connector.Kind.SMTP, "gone.example")
    with account_scope(northwind.id):
        retire_connector(gone, actor=SYSTEM)
    plain, told = registry("acl"), registry("acl", "--instructed", "enforce")
    assert (plain[0], told[0]) == (0, 0)
    listed = roles(plain[1])["steward"]
    own = {
        "files.own.example",
        "backups.own.example",
        "relay.own.example",
        "smtp.northwind.example",
        "imap.contoso.example",
        "answers.example",
    }
    assert roles(told[1]) == {"steward": listed, "steward-instructed": ("enforce", listed[1] | own)}
    assert registry("acl", "--instructed", "enforce") == told
    reporting = roles(registry("acl", "--instructed", "report")[1])
    assert reporting == {"steward": listed, "steward-instructed": ("report", listed[1] | own)}
    settings.STEWARD_HOSTING = True  # then the relay is a subprocessor, and on the list or nowhere
    assert "own.example" not in registry("acl", "--instructed", "enforce")[1]


def test_who_runs_it_for_themselves_has_a_relay_and_no_list(registry, settings):
    settings.STEWARD_SMTP_RELAY, settings.STEWARD_HOSTING = "smtps://relay.own.example:465", False
    code, said = registry("acl", "--instructed", "enforce")
    assert (code, said.splitlines()[0]) == (0, "# Subprocessor registry, no version")
    assert roles(said) == {"steward": ("enforce", set()), "steward-instructed": ("enforce", {"relay.own.example"})}
    assert registry("acl", "--instructed", "enforce", "--version", "1")[0] == 1
