"""Our form concluded by click: what is written, what is signed, and what the gate goes by from then on."""

import re
import shutil
import subprocess
from hashlib import sha256
from typing import Any

import pytest
from django.conf import settings as configured

from steward.events.models import Event
from steward.files.actions import read_file
from steward.lib.actor import SYSTEM
from steward.privacy.agreements import typesetting
from steward.privacy.agreements.access import NoSuchFile, file_of, standing_of_account
from steward.privacy.agreements.actions import AlreadyInForce, NotNeeded, Signer, conclude, draft_content
from steward.privacy.agreements.composing import NothingToSign
from steward.privacy.agreements.content import canonical, digest, parse_content
from steward.privacy.agreements.models import Agreement
from steward.privacy.agreements.rendering import NotRendered, render
from steward.privacy.agreements.tasks import set_file
from steward.privacy.egress import wall
from steward.privacy.egress.models import AccountTerms, RegistryVersion
from steward.privacy.egress.own_services import Wanted, declare_service
from steward.tenancy.models import Account
from steward.testing.registries import hosting_registry, publish_registry

pytestmark = pytest.mark.django_db


def concluded(account: Account, signer: Signer, language: str = "en", version: int = 1) -> Agreement:
    return conclude(account, signer, language=language, registry_version=version, actor=SYSTEM)


def test_a_click_brings_the_terms_into_force_and_says_who_signed(hosted: Account, signer: Signer) -> None:
    made = concluded(hosted, signer)

    terms = AccountTerms.objects.get(ends_at=None)
    assert (terms.agreement_id, terms.notice_days, terms.mode, terms.regions) == (made.pk, 30, "general", [])
    assert made.state == Agreement.State.IN_FORCE
    assert (made.signer_name, made.signer_position, made.signer_address) == (signer.name, signer.position, "192.0.2.7")
    assert (made.registry_version, made.signed_at) == (1, made.in_force_from)
    assert {"agreement.in_force", "agreement.concluded"} <= set(Event.objects.values_list("kind", flat=True))


def test_the_signature_is_under_a_hash_of_all_that_was_agreed(hosted: Account, signer: Signer) -> None:
    made = concluded(hosted, signer, "pl")

    kept, name = file_of(made, "content")
    text = b"".join(read_file(kept))
    content = parse_content(text)
    assert sha256(text).hexdigest() == made.content_sha256
    assert canonical(content) == text
    assert [part.language for part in content.parts] == ["pl", "en"]
    assert content.signature is not None
    assert content.signature.email == signer.email
    assert name.endswith(".json")


def test_the_file_is_made_once_and_its_hash_is_kept(hosted: Account, signer: Signer) -> None:
    made = concluded(hosted, signer)
    with pytest.raises(NoSuchFile):
        file_of(made, "file")

    set_file.func(account=str(hosted.pk), agreement=str(made.pk))
    made.refresh_from_db()
    first = made.file_id
    set_file.func(account=str(hosted.pk), agreement=str(made.pk))
    made.refresh_from_db()

    kept, _name = file_of(made, "file")
    content = b"".join(read_file(kept))
    assert content.startswith(b"%PDF-")
    assert sha256(content).hexdigest() == made.sha256 == bytes(kept.sha256).hex()
    assert made.file_id == first


@pytest.mark.parametrize("language", [code for code, _name in configured.LANGUAGES])
def test_each_language_says_the_same_as_the_english_that_prevails(hosted: Account, language: str) -> None:
    content = draft_content(hosted, language=language)

    first, english = content.parts[0], content.parts[-1]
    assert (first.language, english.language) == (language, "en")
    assert first.is_right_to_left == (language == "ar")
    shapes = [
        [(len(one.text), len(one.points), len(one.table.rows) if one.table else 0) for one in part.sections]
        for part in content.parts
    ]
    shapes[0][1] = shapes[-1][1]  # the clauses say of two languages which prevails
    assert all(shape == shapes[-1] for shape in shapes)
    if language != "en":
        assert not {one.title for one in first.sections} & {one.title for one in english.sections}


def test_the_annexes_say_what_the_registry_and_the_inventory_say(hosted: Account) -> None:
    sections = {one.title: one for one in draft_content(hosted, language="en").parts[0].sections}

    (relay,) = sections["Annex IV: subprocessors"].table.rows  # type: ignore[union-attr]
    assert relay[0] == "Relay GmbH\nHafenstraße 1, Hamburg\nGermany\nIda Berg, Privacy, privacy@relay.example"
    assert "E-mail address" in relay[1]
    assert relay[2].startswith("Germany")
    assert relay[3] == "Hands mail on, keeps none of it"
    people = sections["Annex II: description of the processing"].table
    assert people is not None
    assert len(people.rows) == 3
    assert not re.search(r"user\.|\bsupport\b", " ".join(" ".join(row) for row in people.rows))
    assert sections["Annex I: parties"].table.rows[4:6] == (  # type: ignore[union-attr]
        ("Processor", "Host s.r.o."),
        ("Address of the processor", "Dlhá 2, Bratislava, Slovakia"),
    )


def test_an_accounts_own_services_stand_in_the_second_annex_and_are_no_subprocessors(hosted: Account) -> None:
    wanted = Wanted(
        name="Our AI", url="https://api.ai.example", purposes=frozenset({"answer.suggest"}), may_leave_region=True
    )
    declare_service(wanted, actor=SYSTEM)
    sections = {one.title: one for one in draft_content(hosted, language="en").parts[0].sections}
    told = sections["Annex II: description of the processing"].points
    assert told[-2].startswith("Recipients of the controller’s own choice")
    assert told[-1].startswith("Our AI (api.ai.example:443), country not known, outside the region: Suggesting")
    assert "Our AI" not in str(sections["Annex IV: subprocessors"])


def test_the_text_of_a_file_is_that_of_its_content(hosted: Account, tmp_path: Any) -> None:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed")
    hosted.name = 'Ümit & "Sons" #import "@preview/x:1.0.0" $x$ <a> \\ _b_'
    made = render(draft_content(hosted, language="vi"))

    said = _text_of(made, tmp_path)
    assert hosted.name.split()[0] in said
    assert '#import "@preview/x:1.0.0"' in said
    assert "Data processing agreement" in said
    assert "Relay GmbH" in said


def test_equal_contents_make_equal_files(hosted: Account) -> None:
    content = draft_content(hosted, language="ar")

    assert digest(render(content)) == digest(render(content))


def test_a_document_that_takes_too_long_is_given_up(hosted: Account) -> None:
    with pytest.raises(NotRendered):
        render(draft_content(hosted, language="en"), seconds=0.01)


def test_the_template_fetches_nothing(hosted: Account) -> None:
    assert "import" not in typesetting.TEMPLATE.read_text()
    with pytest.raises(Exception, match="package"):
        typesetting.set_pdf(b"{}", timestamp=0, template=b'#import "@local/any:1.0.0": *')


def test_a_newer_list_is_shown_before_it_is_signed(hosted: Account, signer: Signer) -> None:
    publish_registry(hosting_registry(name="Other GmbH"))

    with pytest.raises(NothingToSign):
        concluded(hosted, signer, version=1)
    assert not Agreement.objects.exists()


def test_signing_again_is_for_what_has_changed(hosted: Account, signer: Signer) -> None:
    first = concluded(hosted, signer)
    with pytest.raises(AlreadyInForce):
        concluded(hosted, signer)

    publish_registry(hosting_registry(name="Other GmbH"))
    second = concluded(hosted, signer, version=2)

    standing = standing_of_account()
    assert standing.in_force is not None
    assert standing.in_force.pk == second.pk
    first.refresh_from_db()
    assert (first.state, first.ended_at) == (Agreement.State.SUPERSEDED, second.in_force_from)
    assert AccountTerms.objects.filter(ends_at=None).count() == 1


def test_who_runs_it_for_themselves_needs_no_agreement(hosted: Account, signer: Signer, settings: Any) -> None:
    settings.STEWARD_HOSTING = False

    with pytest.raises(NotNeeded):
        concluded(hosted, signer)


def test_without_a_provider_there_is_nothing_to_sign(northwind: Account, settings: Any) -> None:
    settings.STEWARD_HOSTING = True
    assert not RegistryVersion.objects.exists()

    with pytest.raises(NothingToSign):
        draft_content(northwind, language="en")


def _text_of(content: bytes, folder: Any) -> str:
    place = folder / "one.pdf"
    place.write_bytes(content)
    with wall.allow_child("a test reads what the file says"):
        return subprocess.run(["pdftotext", "-layout", place, "-"], capture_output=True, check=True).stdout.decode()
