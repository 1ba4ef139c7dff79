"""Every page of the settings, in the order they are shown."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import TextChoices
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from steward.lib.fold import fold
from steward.people.access import (
    anyone,
    can_administer,
    can_erase,
    can_hold,
    can_list_agents,
    can_own,
    can_run_departments,
)
from steward.people.models import Membership
from steward.privacy.exports.access import can_export
from steward.privacy.requests.access import can_answer_requests
from steward.privacy.subprocessors.access import can_object
from steward.privacy.support_access.access import can_see_grants
from steward.privacy.takeout.access import can_take_everything


class Group(TextChoices):
    """The headings of the navigation."""

    YOU = "you", pgettext_lazy("settings", "You")
    PEOPLE = "people", pgettext_lazy("settings", "People")
    MAIL = "mail", pgettext_lazy("settings", "E-mail")
    ACCOUNT = "account", pgettext_lazy("settings", "Account")
    PRIVACY = "privacy", pgettext_lazy("settings", "Privacy")


@dataclass(frozen=True, slots=True)
class Page:
    """One page. `keywords` are words that people may look for and the title and the line below it do not have."""

    key: str
    group: Group
    title: str | Promise
    about: str | Promise
    keywords: str | Promise
    allowed: Callable[[Membership], bool]

    @property
    def url(self) -> str:
        return reverse(f"console:settings-{self.key}")

    @property
    def words(self) -> str:
        """What the search of the settings looks through."""
        return fold(f"{self.title} {self.about} {self.keywords}")


PAGES = (
    Page(
        "profile",
        Group.YOU,
        _("My profile"),
        _("Your name, language and signature, and how the pages look to you."),
        _("appearance dark light theme density lines lists"),
        anyone,
    ),
    Page(
        "notifications",
        Group.YOU,
        _("My notifications"),
        _("What you are told about: here, by e-mail and on your desktop."),
        _("notices bell mail digest summary mention desktop push alerts"),
        anyone,
    ),
    Page(
        "sign-in",
        Group.YOU,
        _("Sign-in and second factor"),
        _("Your address, your password, and what protects your sign-in besides."),
        _("password e-mail address two-factor 2fa totp authenticator app passkey security key recovery codes"),
        anyone,
    ),
    Page(
        "sessions",
        Group.YOU,
        _("Sessions"),
        _("Where you are signed in, and signing out elsewhere."),
        _("devices browsers sign out end logout"),
        anyone,
    ),
    Page(
        "agents",
        Group.PEOPLE,
        _("Agents"),
        _("Who works here, with which role, and who is invited."),
        _("people members team invite invitation owner admin remove colleague users"),
        can_list_agents,
    ),
    Page(
        "departments",
        Group.PEOPLE,
        _("Departments"),
        _("Groups of agents with their own tickets and their own signature."),
        _("teams queues signature archive members manager"),
        can_run_departments,
    ),
    Page(
        "security",
        Group.PEOPLE,
        _("Security"),
        _("Who needs a second factor, from which networks one gets in, and how long one stays signed in."),
        _("two-factor 2fa required ip ranges allow list network session timeout policy"),
        can_administer,
    ),
    Page(
        "mail-accounts",
        Group.MAIL,
        _("Mail accounts"),
        _("The addresses customers write to: how their mail comes in, goes out, and what they answer at once."),
        _("imap smtp mailbox address inbox server forwarding relay automatic answer autoresponder test password"),
        can_administer,
    ),
    Page(
        "mail-templates",
        Group.MAIL,
        _("Mail templates"),
        _("The words around an answer and the automatic answer, in each language."),
        _("signature placeholder greeting wording automatic reply text preview translation history"),
        can_administer,
    ),
    Page(
        "general",
        Group.ACCOUNT,
        _("General"),
        _("Name, language, time zone, how tickets are numbered and when they open again."),
        _("company reopen code format hours clock closed"),
        can_administer,
    ),
    Page(
        "plan",
        Group.ACCOUNT,
        _("Plan and invoices"),
        _("Which plan you are on, what comes next, and what is to be paid."),
        _("billing trial upgrade subscription payment suspended due cancel account end"),
        can_administer,
    ),
    Page(
        "notification-defaults",
        Group.ACCOUNT,
        _("Notifications"),
        _("What people who have not chosen are told about, and what mails to agents may say."),
        _("notices defaults mail text privacy alerts"),
        can_administer,
    ),
    Page(
        "brand",
        Group.ACCOUNT,
        pgettext_lazy("name, colour and logo", "Brand"),
        _("How you look to customers: name, colour, logo, corners and font."),
        _("logo colour color accent font corners theme design appearance picture contrast"),
        can_administer,
    ),
    Page(
        "tags",
        Group.ACCOUNT,
        pgettext_lazy("labels of tickets", "Tags"),
        _("The words that tickets are sorted by."),
        _("labels categories rename merge"),
        can_administer,
    ),
    Page(
        "closing",
        Group.ACCOUNT,
        _("Close the account"),
        _("Have everything in this account deleted for good, with a certificate; take that back while there is time."),
        _("delete cancel leave end quit erase close terminate certificate"),
        can_own,
    ),
    Page(
        "privacy",
        Group.PRIVACY,
        _("Privacy centre"),
        _("How your customers’ data are doing: what is fine, and what needs you."),
        _("overview state gdpr report data protection officer dpo print deadlines"),
        can_administer,
    ),
    Page(
        "places",
        Group.PRIVACY,
        _("Where the data are"),
        _("Where your customers’ data lie, who can touch them, and why."),
        _("privacy centre gdpr subprocessors region data centre hosting staff access agreement dpa residency"),
        can_administer,
    ),
    Page(
        "subprocessors",
        Group.PRIVACY,
        pgettext_lazy("settings", "Subprocessors"),
        _("Which companies work on your data, what is coming, and objecting to it."),
        _("vendors processors object objection agree consent notice changes authorisation gdpr"),
        can_object,
    ),
    Page(
        "own-services",
        Group.PRIVACY,
        _("Your own services"),
        _("Services of your choice that Steward may send data to: which, what for, and where they are."),
        _("connector api http ai telephony voip key openai instruction own processor integration"),
        can_administer,
    ),
    Page(
        "agreement",
        Group.PRIVACY,
        _("Agreement and terms"),
        _("The data processing agreement with who hosts you, its versions, and the terms of use you accepted."),
        _("dpa contract sign article 28 gdpr annex countersign upload template pdf terms of service"),
        can_administer,
    ),
    Page(
        "consent",
        Group.PRIVACY,
        pgettext_lazy("settings", "Consent"),
        _("What you ask customers’ consent for, in which words, and how many consents stand."),
        _("purposes opt-in opt-out newsletter cookies permission withdraw withdrawal article 6 7 gdpr text version"),
        can_administer,
    ),
    Page(
        "erasures",
        Group.PRIVACY,
        _("Erasures"),
        _("Erasing a person for good, what was erased, and the certificates of it."),
        _("erase delete forget person customer right to be forgotten article 17 gdpr certificate proof"),
        can_erase,
    ),
    Page(
        "exports",
        Group.PRIVACY,
        _("Exports of persons"),
        _("Everything that is held about a person, as an archive to hand over."),
        _("access portability copy download zip json article 15 20 gdpr customer data takeout"),
        can_export,
    ),
    Page(
        "account-export",
        Group.PRIVACY,
        _("A copy of everything"),
        _("All that this account holds, in one encrypted archive to take along. For owners."),
        _("export download backup takeout portability archive leave move data zip json everything account"),
        can_take_everything,
    ),
    Page(
        "privacy-requests",
        Group.PRIVACY,
        _("Privacy requests"),
        _("What people ask for about their own data: how much time is left, each step, and the answer."),
        _(
            "data subject gdpr access export portability rectification erasure restriction "
            "objection deadline dsar month"
        ),
        can_answer_requests,
    ),
    Page(
        "what-is-held",
        Group.PRIVACY,
        _("What is held"),
        _("What this account holds about people: whose, what for, how long, where, and how it goes."),
        _("inventory personal data retention period storage fields categories gdpr json"),
        can_administer,
    ),
    Page(
        "records",
        Group.PRIVACY,
        _("Records of processing"),
        _("The record that the law asks of you and of who hosts you, made of what is true now."),
        _("gdpr article 30 register activities recipients measures controller processor print json"),
        can_administer,
    ),
    Page(
        "retention",
        Group.PRIVACY,
        pgettext_lazy("settings", "Retention"),
        _("How long tickets, files, mails, customers and requests are kept, what would go next, and what went."),
        _("purge bin spam delete old schedule rules days expire automatic dry run log report storage limitation gdpr"),
        can_administer,
    ),
    Page(
        "holds",
        Group.PRIVACY,
        _("Legal holds"),
        _("What must not be erased, on which ground, and until when."),
        _("litigation claims freeze preserve keep court evidence article 17 18 restriction gdpr"),
        can_hold,
    ),
    Page(
        "incidents",
        Group.PRIVACY,
        _("Incidents"),
        _("What you were told of breaches and demands by law, and your own register with its clock."),
        _("breach data leak security notification authority 72 hours article 33 34 disclosure court police gdpr"),
        can_administer,
    ),
    Page(
        "officer",
        Group.PRIVACY,
        _("Data protection officer"),
        _("Whom to reach about data protection here."),
        _("dpo contact article 37 privacy responsible person email telephone gdpr"),
        can_administer,
    ),
    Page(
        "what-left",
        Group.PRIVACY,
        _("What left"),
        _("Everything that left this account or was refused: when, to whom and why. Never what it said."),
        _("egress ledger log traffic outgoing refused hosts bytes download csv json"),
        can_administer,
    ),
    Page(
        "support",
        Group.PRIVACY,
        _("Access by support"),
        _("What the people of your provider may look at, for how long, and what they read."),
        _("grant consent staff vendor operator hosting revoke help report offer"),
        can_see_grants,
    ),
    Page(
        "audit",
        Group.PRIVACY,
        pgettext_lazy("settings", "Audit"),
        _("Who did what and when, and whether the record of it is whole. Never what somebody wrote."),
        _("log history events trail chain tamper proof who changed security download csv json"),
        can_administer,
    ),
)


def pages_for(me: Membership) -> list[Page]:
    """The pages a person may open."""
    return [page for page in PAGES if page.allowed(me)]


def page_named(key: str) -> Page:
    """The page with this key. `KeyError` when there is none."""
    return {page.key: page for page in PAGES}[key]


def find_pages(me: Membership, query: str) -> list[Page]:
    """The pages a person may open in which every word of the query begins a word."""
    wanted = fold(query).split()
    return [
        page
        for page in pages_for(me)
        if all(any(word.startswith(start) for word in page.words.split()) for start in wanted)
    ]
