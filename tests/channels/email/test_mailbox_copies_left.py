"""What erasures that failed have left to do in mailboxes, and the next one does."""

from steward.channels.email.mailbox_copies import Mailboxes
from steward.channels.email.models import MailboxCopies
from steward.lib.actor import SYSTEM
from steward.privacy.erasure.actions import plan_erasure
from steward.privacy.erasure.models import Erasure
from steward.privacy.inventory.stores import Extent
from steward.tenancy.scope import account_scope


def test_what_several_have_left_in_one_mailbox_is_done_with_what_the_next_one_has_there(northwind, eli, support_mail):
    with account_scope(northwind.id):
        first, second, running = (plan_erasure(Extent(contacts=(eli.pk,)), actor=SYSTEM) for _ in range(3))
        for one, mail in ((first, "a@x"), (second, "b@x"), (running, "c@x")):
            MailboxCopies.objects.create(erasure_id=one.pk, mail_account=support_mail, message_ids=[mail])
        Erasure.objects.filter(pk__in=[first.pk, second.pk]).update(state=Erasure.State.FAILED)
        Mailboxes().prepare(running.pk, Extent())
        [row] = MailboxCopies.objects.all()
        assert (row.erasure_id, row.message_ids, row.state) == (running.pk, ["a@x", "b@x", "c@x"], "waiting")
