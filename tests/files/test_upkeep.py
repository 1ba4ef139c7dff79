"""Files that nothing is attached to go by themselves: nothing would lead an erasure to them."""

from datetime import timedelta

import pytest
import time_machine
from django.core.files.storage import default_storage

from steward.files.models import File
from steward.files.upkeep import remove_unknown_files, remove_unused_files
from steward.lib.clock import now
from steward.tenancy.scope import account_scope
from steward.testing.tickets import make_ticket
from steward.tickets.actions.drafting import attach_to_draft, detach_from_draft, draft_for_files
from steward.tickets.conversation import NewAttachment


@pytest.mark.django_db(transaction=True)
def test_what_was_taken_out_of_a_draft_goes_after_a_day(northwind, ben, eli):
    ticket = make_ticket(eli, attachments=[NewAttachment("sent.txt", b"sent", "text/plain")])
    with account_scope(northwind.id):
        draft = draft_for_files(ben, ticket)
        attach_to_draft(draft, "kept.txt", b"kept", "text/plain")
        out = attach_to_draft(draft, "out.txt", b"taken out", "text/plain")
        key = out.file.storage_key
        detach_from_draft(out)
    assert remove_unused_files() == 0
    with time_machine.travel(now() + timedelta(days=2)):
        assert remove_unused_files() == 1
        remove_unknown_files()
    assert not default_storage.exists(key)
    with account_scope(northwind.id):
        assert sorted(File.objects.values_list("size", flat=True)) == [len(b"kept"), len(b"sent")]
