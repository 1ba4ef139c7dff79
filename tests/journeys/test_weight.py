"""What pages weigh, in a real browser: nothing here depends on how fast the machine is."""

from types import MappingProxyType

import pytest

from steward.bench.weighing import unused_of, weight_of

pytestmark = [pytest.mark.system, pytest.mark.timeout(400)]

KIB, REQUESTS_AGAIN, UNUSED_PERCENT = 120, 5, 40
# One of each kind, below the console of an account and below the base domain.
CONSOLE = MappingProxyType(
    {
        "list": "", "search": "search?q=invoice", "new": "tickets/new", "notices": "notifications", "guide": "guide",
        "settings": "settings/", "profile": "settings/profile", "people": "settings/agents",
    }
)  # fmt: skip
OPEN = MappingProxyType({"sign-in": "sign-in", "reset-password": "reset-password"})
BASE = MappingProxyType({"demo": "", "sign-up": "sign-up", "outbox": "outbox", "back office": "operator/sign-in"})


@pytest.fixture
def opened(chromium, signed_in):
    """A page in a browser that has kept nothing, somebody signed in or not."""
    contexts = []

    def page(*, signed=True):
        contexts.append(chromium.new_context(storage_state=signed_in if signed else None, viewport=WIDE))
        return contexts[-1].new_page()

    yield page
    for context in contexts:
        context.close()


WIDE = {"width": 1440, "height": 900}


def a_ticket(page, installation):
    page.goto(installation.console)
    return page.evaluate("document.querySelector('#rows .row').href")


def undisturbed(opened, measure, *, signed=True):
    """What `measure` says of a page to which nothing came meanwhile: news bring scripts of their own.

    An installation that has just begun still tells its people this and that.
    """
    for _ in range(6):
        page, came = opened(signed=signed), []
        scripts = page.context.new_cdp_session(page)
        # Not by requests: it is fetched ahead, and runs when something comes.
        scripts.on("Debugger.scriptParsed", lambda e, came=came: came.append(e) if "/news." in e["url"] else None)
        scripts.send("Debugger.enable")
        measured = measure(page)
        if not came:
            return measured
    raise AssertionError("news do not end")


def test_a_ticket_comes_in_few_bytes_and_few_requests(opened, installation):
    url = a_ticket(opened(), installation)
    weight = undisturbed(opened, lambda page: weight_of(page, url))
    assert weight["kib"] <= KIB, weight
    assert weight["requests_again"] <= REQUESTS_AGAIN, weight
    assert weight["unused_css_percent"] <= UNUSED_PERCENT, weight
    assert weight["unused_js_percent"] <= UNUSED_PERCENT, weight


def write(page, url, kind):
    """Begin an answer or a note to a ticket, by hand."""
    page.goto(url)
    page.click(f"steward-composer .tab:has([value={kind}])")
    page.click(".composer-rich")
    page.wait_for_function("() => document.querySelector('steward-composer').writing")
    page.keyboard.type("It leaves tomorrow.")


@pytest.mark.parametrize("is_bold", [False, True], ids=["plain", "formatted"])
def test_a_ticket_with_a_draft_uses_what_it_loads(opened, installation, is_bold):
    writer = opened()
    url = a_ticket(writer, installation)
    write(writer, url, "reply")
    if is_bold:
        writer.keyboard.press("Control+a")
        writer.keyboard.press("Control+b")
        writer.wait_for_timeout(1200)
    writer.wait_for_selector(".composer-saved[data-state=saved]", state="attached")

    def read(page):
        unused = unused_of(page, url)
        assert "It leaves tomorrow." in page.inner_text(".composer-rich")
        return unused

    unused = undisturbed(opened, read)
    assert max(unused.values()) <= UNUSED_PERCENT, unused


def test_a_ticket_to_which_news_come_uses_what_it_loads(opened, installation):
    writer, reader = opened(), opened()
    url = a_ticket(writer, installation)
    write(writer, url, "note")

    def add():
        before = reader.locator(".message").count()
        writer.keyboard.press("Control+Enter")
        reader.wait_for_function("before => document.querySelectorAll('.message').length > before", arg=before)
        return True

    unused = unused_of(reader, url, add)
    assert max(unused.values()) <= UNUSED_PERCENT, unused


@pytest.mark.parametrize("path", CONSOLE.values(), ids=CONSOLE)
def test_a_page_of_the_console_uses_what_it_loads(path, opened, installation):
    unused = undisturbed(opened, lambda page: unused_of(page, installation.console + path))
    assert max(unused.values()) <= UNUSED_PERCENT, unused


@pytest.mark.parametrize("path", OPEN.values(), ids=OPEN)
def test_a_page_before_the_console_uses_what_it_loads(path, opened, installation):
    unused = undisturbed(opened, lambda page: unused_of(page, installation.console + path), signed=False)
    assert max(unused.values()) <= UNUSED_PERCENT, unused


@pytest.mark.parametrize("path", BASE.values(), ids=BASE)
def test_a_page_of_the_base_domain_uses_what_it_loads(path, opened, installation):
    url = f"{installation.told['url'].rstrip('/')}/{path}"
    unused = undisturbed(opened, lambda page: unused_of(page, url), signed=False)
    assert max(unused.values()) <= UNUSED_PERCENT, unused
