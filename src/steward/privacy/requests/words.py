"""What the states and reasons of requests are called on pages and in mails."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from steward.contacts.models import Contact
from steward.privacy.requests.models import PrivacyRequest

Words = Mapping[str, str | Promise]
_Type, _State, _Proof, _Refusal = (
    PrivacyRequest.Type, PrivacyRequest.State, PrivacyRequest.Proof, PrivacyRequest.Refusal,
)  # fmt: skip

TYPES: Words = {
    _Type.ACCESS: pgettext_lazy("request of a person", "Access"),
    _Type.RECTIFY: pgettext_lazy("request of a person", "Rectification"),
    _Type.ERASE: pgettext_lazy("request of a person", "Erasure"),
    _Type.RESTRICT: pgettext_lazy("request of a person", "Restriction"),
    _Type.PORTABILITY: pgettext_lazy("request of a person", "Portability"),
    _Type.OBJECT: pgettext_lazy("request of a person", "Objection"),
    _Type.WITHDRAW: pgettext_lazy("request of a person", "Withdrawal of consent"),
    _Type.UNSAID: pgettext_lazy("request of a person", "Kind not said yet"),
}
MEANINGS: Words = {
    _Type.ACCESS: _("They want to know what is held about them, and a copy (GDPR article 15)."),
    _Type.RECTIFY: _("Something that is known of them is wrong or missing (GDPR article 16)."),
    _Type.ERASE: _("They want to be forgotten (GDPR article 17)."),
    _Type.RESTRICT: _("Their data are to be kept, and not used (GDPR article 18)."),
    _Type.PORTABILITY: _("They want their data as a file that another service can read (GDPR article 20)."),
    _Type.OBJECT: _("They do not want to be written to for advertising (GDPR article 21)."),
    _Type.WITHDRAW: _("They take back a consent they gave (GDPR article 7(3))."),
    _Type.UNSAID: _("It came by mail. Say what they ask for: until then it cannot be decided."),
}
STATES: Words = {
    _State.RECEIVED: pgettext_lazy("state of a request", "Received"),
    _State.VERIFYING: pgettext_lazy("state of a request", "Proof asked for"),
    _State.AWAITING_CONTROLLER: pgettext_lazy("state of a request", "To be decided"),
    _State.APPROVED: pgettext_lazy("state of a request", "Approved"),
    _State.PLANNED: pgettext_lazy("state of a request", "Planned"),
    _State.RUNNING: pgettext_lazy("state of a request", "Running"),
    _State.VERIFYING_ABSENCE: pgettext_lazy("state of a request", "Being checked"),
    _State.LIVE_DONE: pgettext_lazy("state of a request", "Done"),
    _State.BACKUPS_EXPIRING: pgettext_lazy("state of a request", "Backups expire"),
    _State.CLOSED: pgettext_lazy("state of a request", "Closed"),
    _State.REFUSED: pgettext_lazy("state of a request", "Refused"),
    _State.ON_HOLD: pgettext_lazy("state of a request", "On hold"),
    _State.FAILED: pgettext_lazy("state of a request", "Failed"),
    _State.NOT_ONE: pgettext_lazy("state of a request", "Not a request"),
}
CHANNELS: Words = {
    PrivacyRequest.Channel.PORTAL: pgettext_lazy("how a request came", "Portal"),
    PrivacyRequest.Channel.AGENT: pgettext_lazy("how a request came", "Noted by an agent"),
    PrivacyRequest.Channel.API: pgettext_lazy("how a request came", "API"),
    PrivacyRequest.Channel.MAIL: pgettext_lazy("how a request came", "E-mail"),
}
PROOFS: Words = {
    _Proof.ADDRESS: _("They wrote from an address we know, or answered a mail to it"),
    _Proof.SIGNED_IN: _("They were signed in"),
    _Proof.KNOWN: _("Somebody here knows them"),
    _Proof.QUESTIONS: _("They knew what only they can know"),
    _Proof.DOCUMENT: _("They showed a document, which was not kept"),
}
# What was found about the sender of the mail that asks.
SENDERS: Words = {
    "theirs": _(
        "The mail came from an address that we know, and its domain vouches for that (DMARC). Take it as a hint: who "
        "reads a mailbox is not proven by it."
    ),
    "new": _(
        "The domain of the mail vouches for its sender (DMARC), but the address was not known here before this mail. "
        "Ask at an address you know, or in another way."
    ),
    "forged": _(
        "Careful: the domain that the mail says it comes from does not vouch for it (DMARC). Somebody else may have "
        "written it; ask at an address you know."
    ),
    "unchecked": _("Nothing vouches for the sender of the mail. Ask at an address you know, or in another way."),
}
REFUSALS: Words = {
    _Refusal.NOT_PROVEN: _("It is not certain who asks"),
    _Refusal.UNFOUNDED: _("The request is clearly unfounded"),
    _Refusal.EXCESSIVE: _("They ask too often"),
    _Refusal.RIGHTS_OF_OTHERS: _("It would harm the rights of others"),
    _Refusal.LEGAL_DUTY: _("A law obliges us to keep the data"),
    _Refusal.CLAIMS: _("The data are needed for legal claims"),
    _Refusal.NOT_APPLICABLE: _("The right does not reach what is asked for"),
}
GROUNDS: Words = {
    Contact.Ground.CONTESTED: _("They say that the data are wrong, and it is being checked"),
    Contact.Ground.UNLAWFUL: _("The data may not be used, and they want them kept and not erased"),
    Contact.Ground.CLAIMS: _("They need the data for legal claims of their own"),
    Contact.Ground.OBJECTED: _("They objected, and it is being decided whose reasons weigh more"),
}
STEPS: Words = {
    "privacy_request.received": pgettext_lazy("step of a request", "The request was noted"),
    "privacy_request.announced": pgettext_lazy("step of a request", "Owners and admins were told of it"),
    "privacy_request.kind_said": pgettext_lazy("step of a request", "It was said what is asked for"),
    "privacy_request.set_aside": pgettext_lazy("step of a request", "It was said that it is no request"),
    "privacy_request.taken_up": pgettext_lazy("step of a request", "It was taken up again"),
    "privacy_request.proof_asked": pgettext_lazy("step of a request", "Proof of who asks was asked for"),
    "privacy_request.verified": pgettext_lazy("step of a request", "It was made sure who asks"),
    "privacy_request.approved": pgettext_lazy("step of a request", "Approved"),
    "privacy_request.refused": pgettext_lazy("step of a request", "Refused"),
    "privacy_request.extended": pgettext_lazy("step of a request", "Two months more were taken"),
    "privacy_request.held": pgettext_lazy("step of a request", "Put on hold"),
    "privacy_request.released": pgettext_lazy("step of a request", "Goes on after a hold"),
    "privacy_request.planned": pgettext_lazy("step of a request", "The erasure was planned"),
    "privacy_request.started": pgettext_lazy("step of a request", "The erasure was begun"),
    "privacy_request.looked_after": pgettext_lazy("step of a request", "It was looked whether everything is gone"),
    "privacy_request.done": pgettext_lazy("step of a request", "Done"),
    "privacy_request.waits_for_backups": pgettext_lazy("step of a request", "The last older backup has yet to expire"),
    "privacy_request.overtaken": pgettext_lazy("step of a request", "The person was erased by another plan"),
    "privacy_request.failed": pgettext_lazy("step of a request", "It failed"),
    "privacy_request.answered": pgettext_lazy("step of a request", "The person was told"),
    "privacy_request.warned": pgettext_lazy("step of a request", "Warned that the time runs out"),
    "privacy_request.overdue": pgettext_lazy("step of a request", "The time is over"),
    "privacy_request.closed": pgettext_lazy("step of a request", "Closed"),
    "contact.restricted": pgettext_lazy("step of a request", "Their data are kept and not used from here on"),
    "contact.restriction_lifted": pgettext_lazy("step of a request", "The restriction was lifted"),
    "contact.rectified": pgettext_lazy("step of a request", "What is known of them was corrected"),
    "contact.objected": pgettext_lazy("step of a request", "They get no advertising from here on"),
    "contact.objection_withdrawn": pgettext_lazy("step of a request", "They may be written to again"),
}
