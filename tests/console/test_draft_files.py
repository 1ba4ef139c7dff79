"""Files put to a draft."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from steward.files.actions import read_file
from steward.testing.letters import mail_of
from steward.testing.tickets import make_ticket
from steward.tickets.models import Attachment, DraftAttachment, Message


class TestFiles:
    def upload(self, browser, path, name="plan.pdf", content=b"%PDF-1.7", content_type="application/pdf"):
        return browser.post(path, {"file": SimpleUploadedFile(name, content, content_type)})

    def test_it_goes_with_the_answer(self, bens, of, inside, ticket):
        kept = self.upload(bens, of("files")).json()
        assert kept["name"] == "plan.pdf"
        assert kept["id"] in bens.get(of()).content.decode()
        assert bens.post(of("replies"), {"body_text": "See", "attachment": kept["id"]}).status_code == 303
        message = inside(lambda: Message.objects.get(ticket=ticket, kind="outgoing"))
        [enclosure] = mail_of(message).read.iter_attachments()
        assert enclosure.get_payload(decode=True) == b"%PDF-1.7"
        assert enclosure.get_filename() == "plan.pdf"

    def test_a_file_alone_is_an_answer(self, bens, of):
        kept = self.upload(bens, of("files")).json()
        assert bens.post(of("replies"), {"body_text": "", "attachment": kept["id"]}).status_code == 303

    def test_without_scripts_it_comes_with_the_form(self, bens, of, inside, ticket):
        file = SimpleUploadedFile("a.txt", b"content", "text/plain")
        assert bens.post(of("replies"), {"body_text": "See", "files": [file]}).status_code == 303
        attachment = inside(lambda: Attachment.objects.select_related("file").get(message__kind="outgoing"))
        assert b"".join(read_file(attachment.file)) == b"content"

    def test_a_removed_one_does_not_go(self, bens, of, inside):
        first, second = (self.upload(bens, of("files"), name).json()["id"] for name in ("a.txt", "b.txt"))
        bens.post(of("draft"), {"kind": "reply", "attachment": second})
        assert first not in bens.get(of()).content.decode()
        bens.post(of("replies"), {"body_text": "See", "attachment": second})
        assert inside(lambda: list(Attachment.objects.values_list("name", flat=True))) == ["b.txt"]

    def test_the_last_one_can_be_removed_too(self, bens, of, inside):
        self.upload(bens, of("files"))
        bens.post(of("draft"), {"kind": "reply", "attachment": ""})
        assert inside(DraftAttachment.objects.count) == 0

    @pytest.mark.parametrize("junk", ["x" * 36, "\0" * 36, "-" * 36])
    def test_an_id_that_is_none_removes_and_breaks_nothing(self, bens, of, junk):
        self.upload(bens, of("files"))
        assert bens.post(of("draft"), {"kind": "reply", "attachment": junk}).status_code == 204

    def test_the_file_of_somebody_else_does_not_go(self, bens, of, client_of, ada, kinds):
        theirs = self.upload(client_of(ada), of("files")).json()["id"]
        assert bens.post(of("replies"), {"body_text": "See", "attachment": theirs}).status_code == 422
        assert kinds() == ["incoming"]

    def test_nor_the_file_of_another_ticket(self, bens, of, eli, ticket, inside):
        other = make_ticket(eli)
        theirs = self.upload(bens, f"/console/tickets/{other.code}/files").json()["id"]
        assert bens.post(of("replies"), {"body_text": "See", "attachment": theirs}).status_code == 422

    def test_none_is_said(self, bens, of):
        assert bens.post(of("files")).status_code == 400

    def test_a_reader_uploads_nothing(self, client_of, dana, of):
        assert self.upload(client_of(dana), of("files")).status_code == 403
