"""What pages weigh, in a real browser: nothing here depends on how fast the machine is."""

from types import MappingProxyType

import pytest

from steward.bench.weighing import unused_of, weight_of

pytestmark = [pytest.mark.system, pytest.mark.timeout(180)]

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


def test_a_ticket_comes_in_few_bytes_and_few_requests(opened, installation):
    url = a_ticket(opened(), installation)
    weight = weight_of(opened(), url)
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
    reader = opened()
    unused = unused_of(reader, url)
    assert "It leaves tomorrow." in reader.inner_text(".composer-rich")
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
    unused = unused_of(opened(), installation.console + path)
    assert max(unused.values()) <= UNUSED_PERCENT, unused


@pytest.mark.parametrize("path", OPEN.values(), ids=OPEN)
def test_a_page_before_the_console_uses_what_it_loads(path, opened, installation):
    unused = unused_of(opened(signed=False), installation.console + path)
    assert max(unused.values()) <= UNUSED_PERCENT, unused


@pytest.mark.parametrize("path", BASE.values(), ids=BASE)
def test_a_page_of_the_base_domain_uses_what_it_loads(path, opened, installation):
    unused = unused_of(opened(signed=False), f"{installation.told['url'].rstrip('/')}/{path}")
    assert max(unused.values()) <= UNUSED_PERCENT, unused
