"""The outbox page: read, answered and written as a customer."""

import json
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from steward.channels.email import spool
from steward.channels.email.models import RawMail
from steward.channels.email.parsing import parse_mail
from steward.outbox import maildir
from steward.tenancy.scope import account_scope

pytestmark = [pytest.mark.urls("steward.testing.demo_urls"), pytest.mark.usefixtures("demo")]

HTML = '<p>Hi <b>Eli</b><script>x()</script><img src="https://far.example/p.png"><img src="cid:pic"></p>'


@pytest.fixture
def kept(support_mail):
    """An answer to Eli, with a picture inside and a file beside."""
    message = EmailMessage(policy=SMTP)
    message["From"] = "Ben, Northwind <support@northwind.localhost>"
    message["To"] = "Elí Aronsen <eli@fjord.example>"
    message["Reply-To"] = "support@northwind.localhost"
    message["Subject"] = "Re: Invoice"
    message["Message-ID"] = "<ours.1@northwind.localhost>"
    message["References"] = "<theirs.1@fjord.example>"
    message.set_content("Hi Eli\n")
    message.add_alternative(HTML, subtype="html")
    message.get_body(("html",)).add_related(b"\x89PNG", "image", "png", cid="<pic>")
    message.add_attachment(b"<script>", maintype="text", subtype="html", filename="in voice.html")
    path = maildir.keep(
        message.as_bytes(),
        envelope_from="b@northwind.localhost",
        envelope_to=["eli@fjord.example"],
        account="northwind",
    )
    return path.name.replace(".", "-")


def test_an_empty_outbox(browser):
    assert browser.get("/outbox").status_code == 200
    assert browser.get("/outbox.json").json() == []


def test_the_list_and_the_page_of_a_mail(browser, kept):
    for url in ("/outbox", f"/outbox/{kept}", f"/outbox/{kept}?tab=text", f"/outbox/{kept}?tab=raw"):
        page = browser.get(url)
        assert page.status_code == 200
        assert "Re: Invoice" in page.content.decode()
    assert browser.get("/outbox/").headers["Location"] == "/outbox"


def test_json_tells_everything(browser, kept):
    [mail] = browser.get("/outbox.json").json()
    assert mail["id"] == kept
    assert mail["account"] == "northwind"
    assert mail["to"] == ["eli@fjord.example"]
    assert mail["message_id"] == "<ours.1@northwind.localhost>"
    assert mail["text"].strip() == "Hi Eli"
    assert [(a["filename"], a["size"]) for a in mail["attachments"]] == [("part-1", 4), ("in voice.html", 8)]
    assert mail["url"].endswith(f"/outbox/{kept}")
    assert json.dumps(mail)


def test_the_body_runs_nothing_and_loads_nothing(browser, kept):
    response = browser.get(f"/outbox/{kept}/body")
    html = response.content.decode()
    assert "<b>Eli</b>" in html
    assert "<script" not in html
    assert "far.example" not in html
    assert f"/outbox/{kept}/files/0" in html
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "script" not in policy


def test_files_are_only_downloaded(browser, kept):
    page = browser.get(f"/outbox/{kept}/files/1")
    assert page.headers["Content-Disposition"] == 'attachment; filename="in voice.html"'
    assert page.headers["Content-Type"] == "application/octet-stream"
    assert browser.get(f"/outbox/{kept}/files/0").headers["Content-Type"] == "image/png"
    assert browser.get(f"/outbox/{kept}/files/2").status_code == 404


def test_raw_and_eml_are_the_mail_as_it_would_leave(browser, kept):
    raw = browser.get(f"/outbox/{kept}/raw").content
    eml = b"".join(browser.get(f"/outbox/{kept}/mail.eml").streaming_content)
    assert raw == eml
    assert raw.startswith(b"From: ")
    assert b"X-Envelope" not in raw
    assert parse_mail(eml).message_id == "ours.1@northwind.localhost"


def test_a_mail_client_may_move_the_mail(browser, kept):
    [path] = (maildir.maildir() / "new").iterdir()
    path.rename(maildir.maildir() / "cur" / f"{path.name}:2,S")
    assert browser.get(f"/outbox/{kept}").status_code == 200


def test_an_answer_comes_in_as_from_the_customers_mail_client(browser, kept, northwind):
    files = [SimpleUploadedFile("list.csv", b"a;b", "text/csv")]
    response = browser.post(f"/outbox/{kept}/answer", {"text": "Thank you\nEli", "files": files})
    assert response.status_code == 302
    assert "on its way in" in browser.get(response.headers["Location"]).content.decode()
    parsed = spooled(northwind)
    assert (parsed.from_.name, parsed.from_.email) == ("Elí Aronsen", "eli@fjord.example")
    assert parsed.to[0].email == "support@northwind.localhost"
    assert parsed.subject == "Re: Invoice"
    assert parsed.in_reply_to == ("ours.1@northwind.localhost",)
    assert parsed.references == ("theirs.1@fjord.example", "ours.1@northwind.localhost")
    assert parsed.body.visible == "Thank you\nEli"
    assert "> Hi Eli" in parsed.body.text
    assert [(a.filename, a.content) for a in parsed.attachments] == [("list.csv", b"a;b")]


def test_an_empty_answer_is_not_sent(browser, kept, northwind):
    response = browser.post(f"/outbox/{kept}/answer", {"text": "  "})
    assert response.status_code == 422
    assert 'role="alert"' in response.content.decode()
    with account_scope(northwind.id):
        assert not RawMail.objects.exists()


def test_a_new_mail_comes_in(browser, northwind, support_mail):
    typed = {"name": "Farah", "from": "farah@elm.example", "to": support_mail.address, "subject": "Ø?", "text": "Hello"}
    assert browser.post("/outbox/new", typed).status_code == 302
    parsed = spooled(northwind)
    assert (parsed.from_.name, parsed.subject, parsed.body.visible) == ("Farah", "Ø?", "Hello")


def test_what_was_typed_is_kept_when_nobody_receives_it(browser, support_mail):
    typed = {"from": "farah@elm.example", "to": "x@nowhere.example", "subject": "S", "text": "Very long letter"}
    response = browser.post("/outbox/new", typed)
    assert response.status_code == 422
    page = response.content.decode()
    assert "Very long letter" in page
    assert "x@nowhere.example" in page
    assert browser.post("/outbox/new", {**typed, "from": "", "text": ""}).status_code == 422


def test_headers_cannot_be_smuggled_in(browser, northwind, support_mail):
    typed = {
        "name": "A\r\nBcc: x@y.example",
        "from": "a@b.example",
        "to": support_mail.address,
        "subject": "S",
        "text": "T",
    }
    browser.post("/outbox/new", typed)
    assert b"\nBcc:" not in raw_of(northwind)


def test_outside_the_demo_there_is_no_outbox(browser, kept, settings):
    settings.STEWARD_DEMO = False
    for url in ("/outbox", "/outbox.json", f"/outbox/{kept}", f"/outbox/{kept}/raw"):
        assert browser.get(url).status_code == 404


def test_the_outbox_is_on_the_base_domain_only(visitor_at, northwind, kept, demo):
    assert visitor_at(northwind).get("/outbox").status_code == 404


@pytest.mark.parametrize("name", ["nothing", "..", "1-2-3"])
def test_a_mail_that_is_not_there(browser, name):
    assert browser.get(f"/outbox/{name}").status_code == 404


def test_wrong_methods(browser, kept):
    assert browser.post("/outbox").status_code == 405
    assert browser.put("/outbox/new").status_code == 405
    assert browser.get(f"/outbox/{kept}/answer").status_code == 405


def test_a_page_that_looks_again_is_told_when_nothing_changed(browser, kept):
    first = browser.get("/outbox", headers={"X-Requested-With": "live"})
    again = browser.get("/outbox", headers={"X-Requested-With": "live", "If-None-Match": first.headers["ETag"]})
    assert (first.status_code, again.status_code) == (200, 304)


def raw_of(account):
    with account_scope(account.id):
        return spool.read(RawMail.objects.get())


def spooled(account):
    """The one mail in the spool."""
    return parse_mail(raw_of(account))
