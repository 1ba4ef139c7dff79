"""Mails and files as they are served: nothing runs, nothing loads, nothing is shown in place but pictures."""

import re

import pytest

from steward.outbox.models import OutgoingMail
from steward.privacy.egress.models import EgressEvent
from steward.tenancy.scope import account_scope
from steward.testing.letters import mail_of, receive, written
from steward.testing.tickets import make_reply, make_ticket
from steward.tickets.conversation import NewAttachment
from steward.tickets.models import Attachment, Message

PIXEL = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def attached(eli):
    """`attached("image/png")`: the address of a file of that type in a ticket of Support."""

    def attached(content_type, name="file", content=PIXEL):
        ticket = make_ticket(eli, attachments=[NewAttachment(name, content, content_type)])
        with account_scope(ticket.account_id):
            return f"/console/attachments/{Attachment.objects.get(message__ticket=ticket).id}"

    return attached


class TestAttachments:
    @pytest.mark.parametrize(
        "content_type",
        [
            "text/html",
            "image/svg+xml",
            "application/pdf",
            "application/xhtml+xml",
            "text/xml",
            "application/javascript",
            "text/plain",
            "message/rfc822",
            "application/x-shockwave-flash",
            "image/svg+xml; charset=x",
            "",
            "x",
            "a/b\r\nX: y",
        ],
    )
    @pytest.mark.parametrize("asked", ["", "?inline=1"])
    def test_active_content_is_never_shown_in_place(self, bens, attached, content_type, asked):
        response = bens.get(attached(content_type) + asked)
        assert response["Content-Disposition"].startswith("attachment")
        assert response["Content-Type"] == "application/octet-stream"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in response["Content-Security-Policy"]
        assert "default-src 'none'" in response["Content-Security-Policy"]
        assert b"".join(response.streaming_content) == PIXEL

    @pytest.mark.parametrize("content_type", ["image/png", "image/jpeg", "image/gif", "image/webp", "IMAGE/PNG"])
    def test_pictures_are_when_asked_for(self, bens, attached, content_type):
        path = attached(content_type)
        assert bens.get(path)["Content-Disposition"].startswith("attachment")
        shown = bens.get(f"{path}?inline=1")
        assert "Content-Disposition" not in shown
        assert shown["Content-Type"] == content_type.lower()
        assert shown["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in shown["Content-Security-Policy"]

    def test_they_are_kept_by_no_proxy(self, bens, attached):
        assert "private" in bens.get(attached("image/png"))["Cache-Control"]

    def test_their_size_is_told(self, bens, attached):
        assert bens.get(attached("image/png"))["Content-Length"] == str(len(PIXEL))

    @pytest.mark.parametrize("name", ["a\r\nX: y", 'a"; x="b', "ü名.txt", "\u202egnp.exe", "../x"])
    def test_a_name_adds_no_header(self, bens, attached, name):
        header = bens.get(attached("text/plain", name=name))["Content-Disposition"]
        assert re.fullmatch(r"attachment; filename\*=UTF-8''[A-Za-z0-9._~%-]+", header)

    def test_stored_files_have_no_address_of_their_own(self, bens, attached, northwind):
        attached("text/html")
        with account_scope(northwind.id):
            key = Attachment.objects.select_related("file").get().file.storage_key
        for path in (f"/files/{key}", f"/static/{key}", f"/media/{key}", f"/{key}", f"/static/../files/{key}"):
            assert bens.get(path).status_code == 404


HTML = """<p>Hello</p><img src="https://tracker.example/a.gif"><img src="http://other.example/b.png" alt="b">
<img src="cid:logo@x"><img src="data:image/png;base64,iVBORw0KGgo="><script>alert(1)</script>
<p onclick="alert(1)" style="background:url(https://css.example/x.png)">text</p><a href="javascript:alert(1)">a</a>"""


@pytest.fixture
def html_mail(support_mail):
    [came] = receive(support_mail, written(support_mail.address, html=HTML))
    return came.message


class TestBodies:
    def body(self, bens, message, query=""):
        response = bens.get(f"/console/messages/{message.id}/body{query}")
        assert response.status_code == 200
        return response

    def test_it_may_do_nothing(self, bens, html_mail):
        response = self.body(bens, html_mail)
        policy = response["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "sandbox" in policy
        assert "allow-scripts" not in policy
        assert "script-src" not in policy
        assert "form-action 'none'" in policy
        assert "img-src 'self' data:;" in policy
        html = response.content.decode()
        for part in ("<script", "onclick", "javascript:", "tracker.example", "other.example", "css.example"):
            assert part not in html

    def test_remote_pictures_when_asked_for_and_noted(self, bens, html_mail, northwind):
        with account_scope(northwind.id):
            before = set(EgressEvent.objects.values_list("pk", flat=True))
        response = self.body(bens, html_mail, "?images=1")
        assert "img-src 'self' data: https: http:" in response["Content-Security-Policy"]
        assert b"https://tracker.example/a.gif" in response.content
        with account_scope(northwind.id):
            noted = EgressEvent.objects.exclude(pk__in=before)
            assert {entry.traffic for entry in noted} == {"B"}
            assert {entry.host for entry in noted} == {"tracker.example", "other.example"}

    @pytest.mark.parametrize("query", ["", "?images=0", "?images=true", "?images="])
    def test_nothing_is_noted_otherwise(self, bens, html_mail, northwind, query):
        with account_scope(northwind.id):
            before = EgressEvent.objects.count()
        self.body(bens, html_mail, query)
        with account_scope(northwind.id):
            assert EgressEvent.objects.count() == before

    @pytest.mark.parametrize(
        "source",
        [
            "http://[::1",
            "https://",
            "http://exa mple.com/x",
            "https://user:pw@x.example/",
            "http://[v1.x]/",
            "https://x:99999/",
        ],
    )
    def test_addresses_that_are_none(self, bens, support_mail, source):
        [came] = receive(support_mail, written(support_mail.address, html=f'<p>Hi</p><img src="{source}">'))
        for query in ("", "?images=1"):
            assert b"Hi" in self.body(bens, came.message, query).content
        assert bens.get(f"/console/tickets/{came.message.ticket.code}").status_code == 200

    def test_the_page_shows_it_in_a_frame_only(self, bens, html_mail):
        page = bens.get(f"/console/tickets/{html_mail.ticket.code}").content.decode()
        frame = re.search(r"<iframe[^>]+>", page).group()
        assert 'sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox"' in frame
        assert f"/console/messages/{html_mail.id}/body" in frame
        assert "<p>Hello</p>" not in page

    def test_a_picture_of_the_mail_itself_is_shown(self, bens, eli, support_mail):
        lines = [
            "From: eli@example.org", "MIME-Version: 1.0", "Content-Type: multipart/related; boundary=b", "",
            "--b", "Content-Type: text/html", "", '<p>Look</p><img src="cid:logo@x">',
            "--b", "Content-Type: image/png", "Content-ID: <logo@x>", "Content-Transfer-Encoding: base64", "",
            "iVBORw0KGgo=", "--b--", "",
        ]  # fmt: skip
        mail = "\r\n".join(lines).encode()
        [came] = receive(support_mail, mail)
        source = re.search(r'src="(/console/attachments/[^"]+)"', self.body(bens, came.message).content.decode()).group(
            1
        )
        response = bens.get(source.replace("&amp;", "&"))
        assert response["Content-Type"] == "image/png"


def test_the_mail_as_it_came(bens, support_mail):
    raw = written(support_mail.address, html=HTML)
    [came] = receive(support_mail, raw)
    response = bens.get(f"/console/messages/{came.message.id}/raw")
    assert response.content == raw
    assert response["Content-Disposition"].startswith("attachment")
    assert "sandbox" in response["Content-Security-Policy"]


def test_what_did_not_come_by_mail_has_no_raw_form(bens, eli, ben):
    reply = make_reply(make_ticket(eli), ben)
    assert bens.get(f"/console/messages/{reply.id}/raw").status_code == 404


class TestResending:
    @pytest.fixture
    def reply(self, eli, ben):
        reply = make_reply(make_ticket(eli), ben)
        mail_of(reply)
        return reply

    def set_state(self, reply, state):
        with account_scope(reply.account_id):
            mail = Message.objects.select_related("outgoing").get(pk=reply.pk).outgoing
            type(mail).objects.filter(pk=mail.pk).update(state=state)
            return mail

    @pytest.mark.parametrize(
        ("before", "after"), [("failed", "waiting"), ("deferred", "waiting"), ("held", "waiting"), ("sent", "sent")]
    )
    def test_only_what_has_not_arrived(self, bens, reply, before, after):
        mail = self.set_state(reply, before)
        assert bens.post(f"/console/messages/{reply.id}/delivery").status_code == 303
        with account_scope(reply.account_id):
            mail.refresh_from_db()
        assert mail.state == after

    def test_not_by_a_reader(self, client_of, dana, reply):
        self.set_state(reply, "failed")
        assert client_of(dana).post(f"/console/messages/{reply.id}/delivery").status_code == 403

    def test_what_was_never_composed_is_composed_once(self, bens, eli, ben, run_jobs):
        reply = make_reply(make_ticket(eli), ben)
        for _ in range(2):
            assert bens.post(f"/console/messages/{reply.id}/delivery").status_code == 303
        run_jobs("email.send")
        with account_scope(reply.account_id):
            assert OutgoingMail.objects.count() == 1
