"""How long agents, those who are invited, and what people sign in with are kept."""

from datetime import timedelta

from django.conf import settings
from django.utils.translation import pgettext_lazy

from steward.people.actions.invitations import LASTS as INVITATION_LASTS
from steward.people.actions.links import LASTS as LINK_LASTS
from steward.people.actions.sign_ups import LASTS as SIGN_UP_LASTS
from steward.people.browsers import KEPT as BROWSER_KEPT
from steward.people.throttling import LONGEST_WINDOW
from steward.people.upkeep import INVITATIONS_KEPT
from steward.privacy.inventory import Whose
from steward.privacy.inventory.places import IDENTITY, MEMBER, Kept, Place, Until, Where, at_most, held

_LOG_DAYS = settings.STEWARD_OPERATOR_LOG_DAYS  # 0: for ever

held(
    Place("people.Membership", pgettext_lazy("what is held", "Agents: name, language, signature"), MEMBER),
    Place(
        "people.Invitation", pgettext_lazy("what is held", "Invitations"), at_most(INVITATION_LASTS + INVITATIONS_KEPT)
    ),
    Place("people_user", pgettext_lazy("what is held", "Addresses and passwords that people sign in with"), IDENTITY),
    Place("account_emailaddress", pgettext_lazy("what is held", "Confirmed addresses"), IDENTITY),
    Place(
        "mfa_authenticator", pgettext_lazy("what is held", "Second factors and passkeys"), IDENTITY, is_encrypted=True
    ),
    Place(
        "people_session",
        pgettext_lazy("what is held", "Sessions"),
        at_most(timedelta(seconds=settings.SESSION_COOKIE_AGE)),
    ),
    Place(
        "people_knownbrowser",
        pgettext_lazy("what is held", "Known browsers, under a hash"),
        Kept(Until.ENDED, BROWSER_KEPT),
    ),
    Place("people_mailedlink", pgettext_lazy("what is held", "Links in mails about signing in"), at_most(LINK_LASTS)),
    Place(
        "people_signup", pgettext_lazy("what is held", "Sign-ups that nobody has confirmed yet"), at_most(SIGN_UP_LASTS)
    ),
    Place(
        "people_throttle",
        pgettext_lazy("what is held", "How often somebody tried to sign in, under a hash"),
        at_most(LONGEST_WINDOW),
    ),
    Place(
        "people_operatoract",
        pgettext_lazy("what is held", "What operators read or did"),
        at_most(timedelta(days=_LOG_DAYS)) if _LOG_DAYS else Kept(Until.HOST),
    ),
    Place(
        "people.browser",
        pgettext_lazy("what is held", "Cookies of the console: the session, and that a browser is known"),
        at_most(BROWSER_KEPT),
        where=Where.BROWSER,
        whose=(Whose.AGENT,),
        categories=("user.device.cookie_id",),
        purpose="security",
    ),
)
