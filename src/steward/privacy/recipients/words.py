"""What states, ways and reasons are called on pages, certificates and in letters."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import pgettext_lazy

from steward.privacy.recipients.models import Recipient, Telling

KINDS: Mapping[str, Any] = {
    Recipient.Kind.SUBPROCESSOR: pgettext_lazy("kind of recipient", "Subprocessor"),
    Recipient.Kind.SERVICE: pgettext_lazy("kind of recipient", "Service of your own"),
    Recipient.Kind.CORRESPONDENT: pgettext_lazy("kind of recipient", "Got the same mails"),
}
REASONS: Mapping[str, Any] = {
    Recipient.Reason.NOTHING: pgettext_lazy("why a recipient is not told", "They had nothing of this person"),
    Recipient.Reason.IMPOSSIBLE: pgettext_lazy("why a recipient is not told", "They cannot be told: it is impossible"),
    Recipient.Reason.EFFORT: pgettext_lazy("why a recipient is not told", "It would take effort out of proportion"),
}
HOWS: Mapping[str, Any] = {
    Recipient.How.MAIL: pgettext_lazy("how a recipient was told", "by e-mail"),
    Recipient.How.ITSELF: pgettext_lazy("how a recipient was told", "by e-mail, by itself"),
    Recipient.How.OTHERWISE: pgettext_lazy("how a recipient was told", "in another way"),
}
TITLES: Mapping[str, Any] = {
    Telling.Of.ERASURE: pgettext_lazy("recipients are told", "Telling recipients of an erasure"),
    Telling.Of.RECTIFICATION: pgettext_lazy("recipients are told", "Telling recipients of a correction"),
    Telling.Of.RESTRICTION: pgettext_lazy("recipients are told", "Telling recipients of a restriction"),
}
TROUBLES: Mapping[str, Any] = {
    "failed": pgettext_lazy("a letter to a recipient", "The server did not take the letter. Try another address."),
    "bounced": pgettext_lazy("a letter to a recipient", "The letter came back: it did not arrive."),
    "held": pgettext_lazy("a letter to a recipient", "The letter could not leave for weeks, and was deleted."),
}
