"""Every page there is, against WCAG 2.2 AA: light, dark and Arabic, small, enlarged and spaced, and each form refused.

The pages come from Django's resolver. An address that is neither a page nor told below not to be one fails.
"""

import json
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from playwright.sync_api import TimeoutError

from steward.testing import demo_urls
from steward.testing.routes import routes

pytestmark = [pytest.mark.system, pytest.mark.timeout(400)]

HERE = Path(__file__).parent
AXE = HERE / "vendor" / "axe.min.js"
MEASURES = [HERE / f"page_{name}.js" for name in ("faults", "measures", "forms")]
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Off unless told: the size of targets (2.5.8), and names that do not hold the words one sees (2.5.3).
RULES = {name: {"enabled": True} for name in ("target-size", "label-content-name-mismatch")}
IN_COLOUR = ["color-contrast", "link-in-text-block"]
IN_SIZE = ["target-size", "scrollable-region-focusable"]
WIDE, NARROW = (1440, 900), (360, 740)
# 320 px is what 1280 px are at 400 % (1.4.10), 640 px at 200 % (1.4.4).
REFLOW = ((320, 568), NARROW, (640, 512))

BASE = ("operator/", "outbox", "sign-up", "account", "subprocessors", "standing", "certificates/", "news/")
OPEN = ("console/sign-in", "console/reset-password", "console/invitations/", "console/welcome/", "sign-up", "outbox",
        "subprocessors", "account", "standing", "certificates/", "news/", "operator/sign-in",
        "operator/welcome")  # fmt: skip
HALF = "console/sign-in/second-factor"  # between the password and the code
OPERATORS = "operator/sign-in/second-factor"  # asks again who has signed in long ago
# Opened without the address it asks for, it is the front page with a fault told.
REFUSING = {"account"}
# Not pages of ours, and why.
NO_PAGE = {
    "console/events": "a stream that does not end",
    "console/brand/style": "a style sheet",
    "console/brand/logo/<digest>": "a picture",
    "console/messages/<uuid:message_id>/body": "what somebody wrote, shown in a frame",
    "console/messages/<uuid:message_id>/raw": "the mail as it came",
    "console/attachments/<uuid:attachment_id>": "a file",
    "outbox/<slug:mail_id>/body": "what somebody wrote, shown in a frame",
    "console/settings/mail-templates/preview": "a mail as it will be, shown in a frame",
    "outbox/<slug:mail_id>/raw": "the mail as it is",
    "outbox/<slug:mail_id>/mail.eml": "a file",
    "outbox/<slug:mail_id>/files/<int:number>": "a file",
    "outbox.json": "for programs",
    "subprocessors.json": "for programs",
    ".well-known/subprocessors.json": "for programs",
    "subprocessors/": "leads to the address without the slash",
    "subprocessors.atom": "a feed",
    "subprocessors/feed.json": "a feed",
    "console/tickets/<code>/draft": "for the script of the editor",
    "console/tickets/new/draft": "for the script of the editor",
    "operator/registry/versions/<int:version>/document.json": "a file",
    "operator/registry/draft/document.json": "a file",
    "operator/registry/files/<str:sha256>": "a file",
    "console/settings/privacy/agreement/<uuid:agreement_id>/<slug:part>": "a file",
    "console/settings/privacy/agreement/draft.pdf": "a file",
    "console/settings/privacy/what-is-held.json": "a file",
    "console/settings/privacy/records.json": "a file",
    "console/settings/privacy/what-left.csv": "a file",
    "operator/marketing.csv": "a file",
    "console/settings/privacy/audit.csv": "a file",
    "console/settings/privacy/audit.jsonl": "a file",
    "console/settings/privacy/retention/log.csv": "a file",
    "console/settings/privacy/retention/log.json": "a file",
    "console/settings/privacy/exports/<uuid:export_id>/archive": "a file",
    "exports/<token>/archive": "a file",
    "console/settings/privacy/erasures/<uuid:erasure_id>/certificate.pdf": "a file",
    "console/settings/privacy/erasures/<uuid:erasure_id>/certificate.json": "a file",
    "console/settings/privacy/what-left.json": "a file",
    "console/settings/privacy/incidents/<uuid:own_id>/summary.pdf": "a file",
    "certificates/<uuid:account_id>/<token>/<slug:of>.<slug:kind>": "a file",
    "operator/accounts/<slug:slug>/certificates/<slug:of>.<slug:kind>": "a file",
    "operator/agreements/<uuid:agreement_id>/files/<slug:part>": "a file",
    "sign-up/<token>/agreement.pdf": "a file",
    "healthz": "for machines",
    "readyz": "for machines",
    "metrics": "for machines",
}
# Parts that scripts put into a page; where they stand they are looked at with it.
PARTS = {
    "console/changes", "console/colleagues", "console/notifications/bell", "console/palette",
    "console/tickets/<code>/changes", "console/tickets/<code>/mentionable", "console/tickets/<code>/tags/choices",
    "operator/jobs/numbers", "sign-up/address",
}  # fmt: skip
# Forms that have no wrong answer.
ACCEPTING = (
    "/automatic-answer", "/name", "/prose/provider", "/privacy/subprocessors/answer",
    "/languages/pl",  # what is not translated stays as it is
    "/denial",  # whoever refuses support need not say why
)  # fmt: skip
# Leads elsewhere at once.
DOORS = {
    "outbox/", "subprocessors/subscription/<token>/end",
    # Without the session that the owner's link begins.
    "standing/account", "standing/account/copy/archive", "standing/account/deletion",
    "console/settings/privacy/copy/archive",  # there is none yet
    # Whom it is about is said in the query, which no sample has.
    "console/settings/privacy/exports/new", "console/settings/privacy/erasures/new",
}  # fmt: skip

ROUTES = sorted({*routes(), *routes(demo_urls.urlpatterns)}, key=lambda route: route.pattern)
TRIED = [route for route in ROUTES if route.pattern not in NO_PAGE]


@pytest.fixture(scope="module")
def told(installation):
    """What `page_samples` made of the demo."""
    script = "from steward.testing.page_samples import tell; tell()"
    return json.loads(installation.run("django", "shell", "-v", "0", "-c", script).splitlines()[-1])


class Reader:
    """Somebody with a browser: an owner, an operator, or nobody yet."""

    def __init__(self, chromium, language, cookies):
        self.context = chromium.new_context(locale=language, reduced_motion="reduce")
        self.context.add_init_script(path=AXE)
        for measures in MEASURES:
            self.context.add_init_script(path=measures)
        self.context.add_cookies(cookies)
        self.page = self.context.new_page()
        self.complaints = []
        self.page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.set_default_timeout(30_000)

    def open(self, url):
        self.size(WIDE)
        self.page.emulate_media(color_scheme="light")
        self.complaints.clear()
        self.page.goto(url)

    def ask(self, url):
        """The bare answer. By number: the browser knows what a name below localhost is, its requests by hand do not."""
        parts = urlsplit(url)
        cookies = "; ".join(f"{each['name']}={each['value']}" for each in self.context.cookies(url))
        headers = {"Host": parts.netloc, "Cookie": cookies, "Accept": "text/html"}
        return self.context.request.get(
            f"http://127.0.0.1:{parts.port}{parts.path}", headers=headers, max_redirects=0, fail_on_status_code=False
        )

    def size(self, size):
        self.page.set_viewport_size({"width": size[0], "height": size[1]})

    def axe(self, rules=None):
        """What axe finds, with all rules or some."""
        only = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": TAGS}
        asked = {"runOnly": only, "iframes": False, "resultTypes": ["violations"]} | ({} if rules else {"rules": RULES})
        found = self.page.evaluate("async (asked) => (await axe.run(document, asked)).violations", asked)
        return [
            f"{each['id']}: {node['target']} {node['html'][:160]} {node['failureSummary'][:300]}"
            for each in found
            for node in each["nodes"][:3]
        ]

    def faults(self, name):
        return self.page.evaluate(f"pageFaults.{name}()")

    def refused(self, url):
        """What is wrong with the pages that come back when each form of a page is filled in badly."""
        self.size(WIDE)
        found, forms = [], self.page.evaluate("pageForms.written()")
        for place in forms:
            if place != forms[0]:
                self.open(url)
            where = self.page.evaluate("(place) => new URL(document.forms[place].action).pathname", place)
            if where.endswith(ACCEPTING):
                continue
            with self.page.expect_navigation():
                kept = self.page.evaluate("(place) => pageForms.spoil(place)", place)
            with suppress(TimeoutError):
                # The focus comes when screen readers know the page.
                self.page.wait_for_function("(kept) => !pageForms.faults(kept).length", arg=kept, timeout=1000)
            found += [f"{where} refused: {each}" for each in self.page.evaluate("pageForms.faults", kept)]
        return found


@pytest.fixture(scope="module")
def readers(chromium, installation, told):
    """Who looks at a route in a language; each is made once."""
    made = {}
    base = installation.told["url"]

    def reader(route, language):
        who = reader_of(route.pattern)
        if (who, language) not in made:
            session = {"owner": told["readers"][language]["session"], "operator": told["operator"]}.get(who)
            url = base if who == "operator" else installation.account()["url"]
            cookies = [{"name": told["cookie"], "value": session, "url": url}] if session else []
            made[who, language] = Reader(chromium, language, cookies)
            if who == "half":
                type_password(made[who, language].page, installation, told["half"])
        return made[who, language]

    yield reader
    for each in made.values():
        each.context.close()


def reader_of(pattern):
    if pattern == HALF:
        return "half"
    if not pattern or (pattern.startswith(OPEN) and pattern != OPERATORS):
        return "nobody"
    return "operator" if pattern.startswith("operator/") else "owner"


def type_password(page, installation, email):
    [person] = [each for each in installation.account()["people"] if each["email"] == email]
    page.goto(f"{installation.console}sign-in")
    page.fill("input[name=login]", email)
    page.fill("input[name=password]", person["password"])
    page.keyboard.press("Enter")
    page.wait_for_url("**/second-factor**")


@pytest.fixture(scope="module")
def address(installation, told, chromium):
    """Where a route is, with the samples of who reads in a language."""
    context = chromium.new_context()
    kept = context.request.get(f"{installation.told['outbox_url']}.json").json()[0]["id"]
    context.close()

    def url(route, language):
        samples = told["readers"][language]["samples"] | {"mail_id": kept, "session_id": UUID(int=0)}
        # What is only written to refuses to be read before it asks for what the address names.
        chosen = {name: route.sample(samples, name) or 0 for name in route.parameters}
        is_base = not route.pattern or route.pattern.startswith(BASE)
        host = installation.told["url"] if is_base else installation.account()["url"].rstrip("/")
        return host + route.path(chosen)

    return url


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("route", TRIED, ids=lambda route: route.pattern or "home")
def test_a_page(route, language, readers, address):
    reader, url = readers(route, language), address(route, language)
    answer = reader.ask(url)
    if answer.status == 405:
        return
    if route.pattern in DOORS:
        assert answer.status in {301, 302, 303}
        return
    html = answer.text() if "text/html" in answer.headers["content-type"] else ""
    if route.pattern in PARTS:
        assert answer.ok
        assert "<html" not in html
        return
    assert answer.ok or route.pattern in REFUSING, f"{url} answers {answer.status} {answer.headers.get('location')}"
    assert "<html" in html, f"{url} is no page; tell in PARTS or NO_PAGE what it is"
    found = looked_at(reader, url, language)
    if language == "en":
        found += reader.refused(url)
    assert not found, "\n".join(found)


def looked_at(reader, url, language):
    """Everything that is wrong with a page."""
    reader.open(url)
    root = reader.page.evaluate("[document.documentElement.lang, document.documentElement.dir]")
    assert root == {"en": ["en", "ltr"], "ar": ["ar", "rtl"]}[language]
    # Of a refusal the browser complains by itself.
    found = [f"says: {said}" for said in reader.complaints if "status of 4" not in said]
    found += reader.axe()
    found += reader.faults("moving") + reader.faults("unhelpedSignIn") + reader.faults("spaced")
    if language == "en":
        reader.page.emulate_media(color_scheme="dark")
        found += [f"dark: {each}" for each in reader.axe(IN_COLOUR) + reader.faults("pale")]
        reader.page.emulate_media(color_scheme="light")
        found += reader.faults("pale")
        reader.page.keyboard.press("Tab")
        found += reader.faults("unseenFocus")
    for size in REFLOW:
        reader.size(size)
        found += [f"{size[0]} px: {each}" for each in reader.faults("tooWide")]
        if size == NARROW:
            found += [f"{size[0]} px: {each}" for each in reader.axe(IN_SIZE) + reader.faults("spaced")]
    if language == "en":
        reader.page.emulate_media(forced_colors="active")
        found += [f"200 %, colours of the system: {each}" for each in reader.faults("unseenFocus")]
        reader.page.emulate_media(forced_colors="none")
    return found


@pytest.mark.parametrize("language", ["en", "ar"])
def test_what_opens_on_a_page(language, readers, address):
    """Menus, the palette, the list of keys: nothing of them is there for axe until it is open."""
    route = next(route for route in ROUTES if route.pattern == "console/tickets/<code>")
    reader, found = readers(route, language), []
    for scheme, size in (("light", WIDE), ("dark", WIDE), ("light", NARROW)):
        reader.open(address(route, language))
        reader.size(size)
        reader.page.emulate_media(color_scheme=scheme)
        openers = reader.page.locator("[popovertarget], [data-open-palette], [data-dialog]")
        for number in range(openers.count()):
            if not openers.nth(number).is_visible():
                continue
            openers.nth(number).click()
            reader.page.wait_for_selector(":popover-open, dialog[open]")
            name = reader.page.evaluate("document.querySelector(':popover-open, dialog[open]').id")
            found += [f"{name} {scheme} {size[0]} px: {each}" for each in reader.axe() + reader.faults("tooWide")]
            reader.page.keyboard.press("Escape")
            reader.page.wait_for_function("() => !document.querySelector(':popover-open, dialog[open]')")
    assert not found, "\n".join(found)


FAULTS_OF_THE_SITE = ("400", "403", "403_csrf", "404", "500", "tenancy/unknown_host", "tenancy/suspended",
                      "console/other_network")  # fmt: skip
# Links that have been used up.
GONE = (
    "operator/welcome/<token>",
    "subprocessors/subscription/<token>",
    "sign-up/<token>",
    "console/invitations/<token>",
    "console/reset-password/<token>",
)
# Forms that come back when nothing was filled in: in all colours and languages, as each has a field of another kind.
FORMS = ("console/settings/agents/new", "console/settings/mail-accounts/new",
         "console/settings/privacy/own-services/new", "console/tickets/new", "sign-up",
         "subprocessors/subscription", "standing", "standing/<token>")  # fmt: skip
RENDER = """
import json
from django.template.loader import render_to_string
from django.utils.translation import override
pages = {}
for name in %r:
    for language in ("en", "ar"):
        with override(language):
            pages[f"{name} {language}"] = render_to_string(f"{name}.html", {"account": None, "address": "192.0.2.1"})
print(json.dumps(pages))
"""


def served(html):
    return lambda route: route.fulfill(body=html, content_type="text/html")


def test_pages_that_say_what_is_wrong(readers, installation):
    """Rendered by the installation and put in the place of its first page, as most cannot be asked for."""
    told = installation.run("django", "shell", "-v", "0", "-c", RENDER % (FAULTS_OF_THE_SITE,))
    found = []
    for name, html in json.loads(told.splitlines()[-1]).items():
        language = name.rpartition(" ")[2]
        reader = readers(next(route for route in ROUTES if not route.pattern), language)
        url = f"{installation.told['url']}/"
        reader.context.route(url, served(html))
        found += [f"{name}: {each}" for each in looked_at(reader, url, language)]
        reader.context.unroute(url)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("language", ["en", "ar"])
def test_links_that_are_used_up(language, readers, address):
    found = []
    for route in (each for each in ROUTES if each.pattern in GONE):
        url = address(route, language).rpartition("/")[0] + f"/{'x' * 43}"
        found += [f"{url}: {each}" for each in looked_at(readers(route, language), url, language)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("language", ["en", "ar"])
def test_forms_that_come_back(language, readers, address):
    """What is wrong is where the focus is, and belongs to its field (3.3.1); axe finds nothing then either."""
    found = []
    for route in (each for each in ROUTES if each.pattern in FORMS):
        reader = readers(route, language)
        reader.open(address(route, language))
        page = reader.page
        with page.expect_navigation():
            page.evaluate("""() => {
              const form = document.querySelector("main form[method=post]");
              form.noValidate = true;
              form.submit();
            }""")
        try:
            page.wait_for_function("() => document.activeElement.matches('[aria-invalid=true], [role=alert]')")
        except TimeoutError:
            found.append(f"{route.pattern}: the focus is nowhere: {page.inner_text('main')[:300]}")
        found += [f"{route.pattern}: {each}" for each in reader.axe() + reader.faults("tooWide")]
    assert not found, "\n".join(found)


def test_the_measures_find_what_is_wrong(readers, installation):
    """A page made badly on purpose: each measure of ours sees its fault."""
    reader = readers(next(route for route in ROUTES if not route.pattern), "en")
    html = """<html><body><p style="width: 900px">Wide</p><input name="code" style="outline: 0">
      <script>document.querySelector("input").onpaste = () => false;
      document.querySelector("p").animate([{ opacity: 0 }, { opacity: 1 }], 60000);</script>
      <main><b style="display: block; height: 1.2em; overflow: hidden; width: 14em">Words that just have room enough</b>
      <input class="input" style="border: 1px solid #eee"></main></body></html>"""
    url = f"{installation.told['url']}/"
    reader.context.route(url, served(html))
    reader.open(url)
    reader.size(NARROW)
    measures = ("tooWide", "unseenFocus", "moving", "unhelpedSignIn", "spaced", "pale")
    assert [name for name in measures if not reader.faults(name)] == []
    reader.context.unroute(url)
