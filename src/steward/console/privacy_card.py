"""What the console has the words for, for the privacy centre and its report: where the data lie, who gets them, what
left, and what the records of processing say.
"""

from collections import Counter
from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from steward.console.processing import Records, records_of
from steward.console.settings.privacy.left import DAYS, names_of_receivers, period_since, whose_words
from steward.console.settings.privacy.retention_words import KINDS
from steward.console.where_data_are import gathered
from steward.lifecycle.moving import open_order
from steward.privacy.agreements.access import account_with_region, region_name
from steward.privacy.agreements.annexes import measures, own_recipients
from steward.privacy.cards.offering import Asked, Card, Chapter, Fact, Matter, Part, State, Table
from steward.privacy.egress import configuration
from steward.privacy.egress.privacy_card import OWN
from steward.privacy.egress.reading import newest_since, no_more_than
from steward.privacy.egress.registry.versions import published
from steward.privacy.retention.access import newest_runs
from steward.privacy.retention.privacy_card import MATTER as RETENTION
from steward.privacy.subprocessors.privacy_card import COMPANIES
from steward.privacy.subprocessors.words import NOT_STATED, country_name
from steward.tenancy.models import Account

COUNTED = 1000  # rows of a day: a busy account reads "1000+", and the page stays quick
_FEW = 3
_MOST = 200  # destinations in the report
_SUMMED = 100_000  # rows of the ledger in the report: of an account with more in a month the newest
_RUNS = 50
PLACES = Matter("places", pgettext_lazy("privacy centre", "Where the data lie"), Part.WHERE, 10, "places")
LEFT = Matter("left", pgettext_lazy("privacy centre", "What left today"), Part.GOING, 10, "what-left")
LEFT_LATELY = Matter("left", pgettext_lazy("privacy centre", "What left in thirty days"), Part.GOING, 10, "what-left")
PARTIES = Matter("parties", pgettext_lazy("privacy centre", "Controller and processor"), Part.WHERE, 5, "records")
PROCESSING = Matter("processing", gettext_lazy("What is done, and how long data are kept"), Part.KEPT, 5, "records")
MEASURES = Matter("measures", gettext_lazy("How data are protected"), Part.KEPT, 50, "records")


@PLACES.card
def places(asked: Asked) -> Card:
    """Region, country and company of the account's data centre, and whether a move is ordered."""
    account = account_with_region(asked.account_id)
    region, facts = region_name(account.data_centre.region), _where(account)
    if open_order():
        words = _(
            "A move to another region is ordered. Until it is carried out your data stay in the region %(region)s."
        )
        return Card(words % {"region": region}, State.LOOK, facts)
    words = _("Your data lie in the region %(region)s, and leave it only by a signed order of yours.")
    return Card(words % {"region": region}, facts=facts)


def _where(account: Account) -> tuple[Fact, ...]:
    centre = account.data_centre
    return (
        Fact(pgettext("data centre", "Country"), country_of(centre.country)),
        Fact(pgettext("data centre", "Data centre"), centre.code),
        Fact(pgettext("data centre", "Run by"), run_by(centre.host)),
        Fact(pgettext("data centre", "Since"), account.created_at, is_day=True),
    )


def country_of(code: str) -> str:
    """The country of a data centre in words; `ZZ` is the one nobody has stated."""
    return str(NOT_STATED) if code in {"", "ZZ"} else country_name(code)


def run_by(host: str) -> str:
    """The company behind a data centre, as the newest list names it."""
    versions = published().versions
    listed = versions[-1].registry.subprocessors if versions else ()
    name = next((one.legal_name for one in listed if one.key == host), host)
    if name:
        return name
    return str(NOT_STATED) if configuration.is_hosting() else _("Whoever runs this installation")


@LEFT.card
def left(asked: Asked) -> Card:
    """To whom most of it went, and what was refused: the newest rows of the account's day, by an index."""
    rows, names = newest_since(asked.today, most=COUNTED), names_of_receivers()
    gone = Counter((traffic, engagement, key) for traffic, engagement, key, is_allowed in rows if is_allowed)
    refused = len(rows) - gone.total()
    whose: Counter[str] = Counter()
    for (traffic, engagement, key), count in gone.items():
        whose[whose_words(traffic, engagement, key, names)] += count
    more = "+" if len(rows) == COUNTED else ""
    facts = [Fact(name, f"{count}{more}" if more else count) for name, count in whose.most_common(_FEW)]
    if refused:
        refusals = Fact(pgettext("what left", "Refused"), f"{refused}{more}" if more else refused)
        words = _("Something wanted to leave today and was refused, because nobody allows it.")
        return Card(words, State.LOOK, (*facts, refusals))
    if gone:
        return Card(_("What left today went where it may go. How often, and to whom:"), facts=tuple(facts))
    return Card(_("Nothing has left today."))


@PARTIES.chapter
def parties(asked: Asked) -> Chapter:
    """Controller and processor, as the records of processing name them."""
    told = _records(asked)
    facts = (Fact(label, value) for label, value in (*told.controller, *told.processor))
    return Chapter(("4(7)", "4(8)", "30"), facts=tuple(facts))


@PLACES.chapter
def places_told(asked: Asked) -> Chapter:
    """Region and data centre."""
    account = account_with_region(asked.account_id)
    return Chapter(
        ("30(1)(e)", "44"), facts=(Fact(_("Region"), region_name(account.data_centre.region)), *_where(account))
    )


@COMPANIES.chapter
def companies(asked: Asked) -> Chapter:
    """Each subprocessor in each use: who, what for, where and on which basis, and what it is responsible for."""
    told = _records(asked)
    rows = tuple((one.who, one.what_for, one.where, one.responsible_for) for one in told.recipients)
    head = (
        pgettext("column", "Who"),
        pgettext("column", "What for"),
        pgettext("column", "Where"),
        pgettext("report", "Responsible for"),
    )
    text = () if rows else (_("No subprocessor."),)
    return Chapter(("28(2)", "28(4)", "44", "45", "46"), text=text, table=Table(head, rows) if rows else None)


@OWN.chapter
def own(asked: Asked) -> Chapter:
    """Servers and services that the account chose itself."""
    servers = _records(asked).servers
    text = () if servers else (_("Nothing goes to a server or service of your own."),)
    return Chapter(("28(3)(a)",), text=text, points=servers)


@LEFT_LATELY.chapter
def left_lately(asked: Asked) -> Chapter:
    """What left in the last thirty days, by destination and purpose, and what was refused; the most frequent first."""
    since = no_more_than(_SUMMED, since=asked.today - timedelta(days=DAYS - 1))
    found = period_since(since, names_of_receivers()).destinations[:_MOST]
    rows = tuple((one.whose, one.host, one.purpose_words, one.country, one.left, one.refused) for one in found)
    head = (
        pgettext("destination of data", "To"),
        pgettext("report", "Host"),
        pgettext("column", "What for"),
        pgettext("data centre", "Country"),
        _("Connections"),
        pgettext("data", "Refused"),
    )
    text = () if rows else (_("Nothing has left."),)
    facts = (Fact(pgettext("report", "Since"), since),)
    return Chapter(("30(1)(d)", "44"), text=text, facts=facts, table=Table(head, rows) if rows else None)


@PROCESSING.chapter
def processing(asked: Asked) -> Chapter:
    """What is done for which purpose: with whose data, and which, and for how long."""
    rows = tuple(
        (one.what_for, "\n".join(one.subjects), one.categories, "\n".join(one.limits))
        for one in _records(asked).activities
    )
    head = (
        pgettext("column", "What for"),
        _("Data subjects"),
        _("Categories of data"),
        pgettext("column", "How long"),
    )
    return Chapter(("5(1)(b)", "5(1)(e)", "30(1)"), table=Table(head, rows))


@RETENTION.chapter
def retention(asked: Asked) -> Chapter:
    """The rules that are on, and what went last."""
    rules = _records(asked).rules
    text = () if rules else (_("None: nothing goes by a rule before it is erased or purged."),)
    rows = tuple((str(KINDS[run.kind]), run.number, run.at) for run in newest_runs(most=_RUNS))
    head = (pgettext("report", "What"), pgettext("report", "How many"), pgettext("report", "When"))
    return Chapter(("5(1)(e)",), text=text, points=rules, table=Table(head, rows) if rows else None)


@MEASURES.chapter
def measures_told(_asked: Asked) -> Chapter:
    """What protects data in this installation, as it is set up now."""
    return Chapter(("32",), points=measures())


def _records(asked: Asked) -> Records:
    return asked.once("records", lambda: _read_records(asked))


def _read_records(asked: Asked) -> Records:
    chosen = gathered(asked.account_id).instructed
    servers = [f"{one.address}: {one.purposes}" for one in chosen if not one.is_service]
    return records_of(asked.account_id, [*servers, *own_recipients(account_with_region(asked.account_id))])
