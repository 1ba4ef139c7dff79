"""What people do all day, in a real browser, against a whole installation."""

import time
from pathlib import Path
from uuid import uuid4

import pytest

from steward.testing.letters import written

pytestmark = [pytest.mark.system, pytest.mark.timeout(400)]

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
SCHEMES = ("light", "dark")


def mail(installation, **parts):
    """A mail of a customer nobody else writes as."""
    return written(installation.account()["address"], **parts)


def open_ticket(visit, installation, subject):
    """Find the ticket that has come of a mail by now, and open it."""
    visit.page.goto(installation.console)
    row = visit.page.locator("#rows .row", has_text=subject)
    for _ in range(40):
        if row.count():
            break
        time.sleep(0.25)
        visit.page.reload()
    row.first.click()
    visit.page.wait_for_selector("#ticket[data-code]")


def write(page, text):
    page.locator(".composer-rich").click()
    page.keyboard.type(text)
    page.wait_for_selector(".composer-saved[data-state=saved]")


def outbox(visit, installation, *, to):
    """The newest mail to somebody, once it is there."""
    for _ in range(60):
        mails = visit.page.request.get(f"{installation.told['outbox_url']}.json").json()
        for each in mails:
            if to in each["envelope_to"]:
                return each
        time.sleep(0.25)
    raise AssertionError(f"no mail to {to}")


def test_from_an_email_to_an_answered_ticket(visit, installation):
    key = uuid4().hex[:8]
    customer, subject, first = f"eli.{key}@example.org", f"Where is order {key}?", f"{key}@example.org"
    page = visit.page
    page.goto(installation.console)
    page.evaluate("window.sameDocument = true")
    installation.send(
        [mail(installation, sender=f"Eli <{customer}>", subject=subject, message_id=first)], sender=customer
    )

    row = page.locator("#rows .row", has_text=subject)
    row.wait_for(timeout=25_000)
    assert page.evaluate("window.sameDocument"), "it came without the page being loaded anew"
    row.click()
    page.wait_for_selector("#ticket[data-code]")
    code = page.locator("#ticket").get_attribute("data-code")
    write(page, "It left this morning.")
    page.reload()
    assert "It left this morning." in page.locator(".composer-rich").inner_text()

    page.locator(".composer-rich").click()
    page.keyboard.press("Control+Shift+Enter")
    page.locator(".message[data-from=agent]").wait_for()
    page.locator("#ticket-line", has_text="Resolved").wait_for()
    assert page.locator(".composer-rich").inner_text().strip() == ""

    sent = outbox(visit, installation, to=customer)
    assert sent["in_reply_to"] == f"<{first}>"
    assert first in sent["references"]
    assert sent["subject"] == f"Re: {subject}"
    assert sent["envelope_from"].startswith("bounce+")
    assert "It left this morning." in sent["text"]
    assert "It should have come on Friday." in sent["text"]
    [reply_to] = [
        address.get("email", address) if isinstance(address, dict) else address for address in sent["reply_to"]
    ]

    answer = written(reply_to, sender=customer, subject="Re: that", text=f"Thank you, {key}!",
                     in_reply_to=sent["message_id"].strip("<>"))  # fmt: skip
    installation.send([answer], sender=customer, to=reply_to)
    page.locator(".message", has_text=f"Thank you, {key}!").wait_for(timeout=25_000)
    assert page.locator("#ticket").get_attribute("data-code") == code
    page.locator("#ticket-line", has_text="Open").wait_for()


def test_a_privacy_request_from_the_mail_to_the_answer(visit, installation):
    key = uuid4().hex[:8]
    customer, subject = f"eli.{key}@example.org", f"Advertising {key}"
    text = "I object to the processing of my data for marketing."
    sent = mail(installation, sender=f"Eli <{customer}>", subject=subject, text=text)
    installation.send([sent], sender=customer)
    open_ticket(visit, installation, subject)
    page = visit.page
    hint = page.locator(".asked-hint")
    for _ in range(40):  # a job looks at the mail
        if hint.count():
            break
        time.sleep(0.25)
        page.reload()
    assert "Objection" in hint.inner_text()
    hint.locator("[data-kind=primary]").click()
    page.get_by_text("days left").first.wait_for()
    assert hint.count() == 0

    page.locator("#about a", has_text="Objection").click()
    page.get_by_label("Somebody here knows them").check()
    for button in ("It is certain who asks", "Approve", "No more advertising"):
        page.get_by_role("button", name=button, exact=True).click()
    page.get_by_label("By e-mail, now").check()
    page.get_by_role("button", name="They are told; stop the clock").click()
    page.get_by_text("The person was told. The clock has stopped.").wait_for()
    answer = outbox(visit, installation, to=customer)
    assert answer["subject"] == f"Re: {subject}"
    assert "You get none from us any more." in answer["text"]


def test_by_the_keyboard_alone(stranger, installation):
    page, ada = stranger.page, installation.person()
    page.goto(installation.console)

    def focused(name):
        return page.evaluate("name => document.activeElement.name === name", name)

    for _ in range(5):
        if focused("login"):
            break
        page.keyboard.press("Tab")
    assert focused("login")
    page.keyboard.type(ada["email"])
    page.keyboard.press("Tab")
    assert focused("password")
    page.keyboard.type(ada["password"])
    page.keyboard.press("Enter")
    page.wait_for_selector("#rows .row")
    page.wait_for_load_state()  # a key that is pressed before its scripts run touches nothing
    page.keyboard.press("Shift")  # the first touch brings what answers to keys
    page.wait_for_selector("html[data-hands]")

    def place():
        return page.evaluate("[...document.querySelectorAll('#rows .row')].indexOf(document.activeElement)")

    places = []
    for key in ("j", "j", "k", "j"):
        page.keyboard.press(key)
        places.append(place())
    assert places == [0, 1, 0, 1]
    page.keyboard.press("Enter")
    page.wait_for_selector("steward-composer .composer-rich:not([hidden])")
    page.keyboard.press("r")
    words = f"By keyboard {uuid4().hex[:8]}"
    page.keyboard.type(words)
    page.wait_for_selector(".composer-saved[data-state=saved]")
    page.keyboard.press("Control+Enter")
    page.locator(".message[data-from=agent]", has_text=words).wait_for()


def test_from_right_to_left(visit, installation):
    key = uuid4().hex[:8]
    subject = f"طلبت كتابًا ولم يصل {key}"
    text = "مرحبا، طلبت كتابًا قبل أسبوع ولم يصل بعد. هل يمكنكم المساعدة؟"
    installation.send(
        [mail(installation, sender=f"s{key}@example.org", subject=subject, text=text)], sender="s@example.org"
    )
    open_ticket(visit, installation, key)
    page = visit.page
    code = page.locator("#ticket").get_attribute("data-code")

    def direction(selector):
        return page.locator(selector).first.evaluate("element => getComputedStyle(element).direction")

    assert direction("#ticket-head h1") == "rtl"
    assert direction(".message[data-from=customer] .message-body") == "rtl"
    assert direction("html") == "ltr"
    for width in (360, 1440):
        page.set_viewport_size({"width": width, "height": 800})
        for path in ("", f"tickets/{code}", "tickets/new", "search?q=order"):
            page.goto(installation.console + path)
            page.evaluate("document.documentElement.dir = 'rtl'")
            wide = page.evaluate("document.scrollingElement.scrollWidth - document.documentElement.clientWidth")
            assert wide <= 0, f"{path or 'list'} is {wide} px too wide at {width}"


@pytest.mark.parametrize("scheme", SCHEMES)
def test_axe_finds_nothing(chromium, signed_in, installation, scheme):
    found = []
    for state, paths in ((None, ["sign-in"]), (signed_in, ["", "tickets/new", "search?q=order"])):
        context = chromium.new_context(
            storage_state=state, color_scheme=scheme, viewport={"width": 1440, "height": 900}
        )
        context.add_init_script(path=AXE)
        page = context.new_page()
        addresses = [installation.console + path for path in paths]
        if state:
            page.goto(installation.console)
            row = page.locator("#rows .row").first
            addresses += [row.evaluate("element => element.href"), installation.told["outbox_url"]]
        for address in addresses:
            page.goto(address)
            violations = page.evaluate("async () => (await axe.run(document, {iframes: false})).violations")
            found += [
                f"{address}: {each['id']}: {node['target']} {node['failureSummary'][:200]}"
                for each in violations
                for node in each["nodes"][:3]
            ]
        context.close()
    assert found == []


CANARY = "https://canary.invalid/"
PAYLOADS = [
    f"<script>fetch('{CANARY}')</script>",
    "<img src=x onerror=alert(1)>",
    f'<img src="{CANARY}pixel.gif">',
    f'<img srcset="{CANARY}a.gif 1x">',
    f'<table background="{CANARY}b.gif"><tr><td>x</td></tr></table>',
    f'<p style="background:url({CANARY}c.gif)">x</p>',
    f"<p style=\"background:u\\72l('{CANARY}d.gif')\">x</p>",
    f'<p style="--x:url({CANARY}e.gif);background:var(--x)">x</p>',
    f"<style>@import url({CANARY}f.css); body {{ background: url({CANARY}g.gif) }}</style>",
    f'<link rel="stylesheet" href="{CANARY}h.css"><link rel="prefetch" href="{CANARY}i">',
    f'<iframe src="{CANARY}j"></iframe><object data="{CANARY}k"></object><embed src="{CANARY}l">',
    f'<video src="{CANARY}m" poster="{CANARY}n" autoplay></video><audio src="{CANARY}o" autoplay></audio>',
    f'<svg><image href="{CANARY}p.gif"/><animate onbegin=alert(1) attributeName=x dur=1s></svg>',
    f'<meta http-equiv="refresh" content="0;url={CANARY}q">',
    f'<base href="{CANARY}"><img src="r.gif">',
    f'<form action="{CANARY}s"><input autofocus onfocus=alert(1)></form>',
    f"<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src={CANARY}t onerror=alert(1)&gt;'>",
    f"<noscript><p title='</noscript><img src={CANARY}u onerror=alert(1)>'>",
    "<details open ontoggle=alert(1)>x</details>",
    f'<img src="/console/sign-out"><img src="//canary.invalid/v.gif"><img src="{CANARY}w.gif" loading=eager>',
    f'<ul style="list-style-image:url({CANARY}x.gif)"><li>x</li></ul>',
    f'<a href="{CANARY}y" ping="{CANARY}z">x</a><area href="javascript:alert(1)">',
]


def test_no_mail_does_anything_or_asks_anybody(visit, installation):
    key = uuid4().hex[:8]
    sender, first = f"evil.{key}@example.org", f"{key}@example.org"
    parts = {"sender": sender, "subject": f"Payloads {key}"}
    mails = [mail(installation, html=f"<p>Start {key}</p>{PAYLOADS[0]}", message_id=first, **parts)]
    mails += [
        mail(installation, html=f"<p>Harmless {n}</p>{p}", in_reply_to=first, **parts)
        for n, p in enumerate(PAYLOADS[1:])
    ]
    installation.send(mails, sender=sender)
    open_ticket(visit, installation, key)
    page = visit.page
    page.reload()
    frames = page.locator("iframe.mail-frame")
    for _ in range(40):
        if frames.count() == len(PAYLOADS):
            break
        page.reload()
    assert frames.count() == len(PAYLOADS)
    for number in range(len(PAYLOADS)):
        frames.nth(number).scroll_into_view_if_needed()
        inside = page.frame_locator("iframe.mail-frame").nth(number)
        inside.locator("p", has_text="Harmless" if number else "Start").first.wait_for()
    page.wait_for_timeout(500)
    assert len({url for url in visit.requests if url.endswith("/body")}) == len(PAYLOADS)
    assert [url for url in visit.requests if "canary" in url] == []
    assert page.url.startswith(installation.console)

    with page.expect_request(lambda request: "canary.invalid" in request.url):
        page.locator("[data-images]").first.click()
    page.wait_for_timeout(200)
    visit.complaints[:] = [said for said in visit.complaints if "net::ERR_" not in said]


def test_a_mail_whose_text_lies_in_a_box_is_shown_whole(visit, installation):
    key = uuid4().hex[:8]
    boxed = f"<div><p>First {key}</p><p>Last {key}</p></div>"
    installation.send(
        [mail(installation, html=boxed, sender=f"b{key}@example.org", subject=f"Boxed {key}")], sender="b@example.org"
    )
    open_ticket(visit, installation, key)
    visit.page.frame_locator("iframe.mail-frame").first.get_by_text(f"Last {key}").wait_for()
    visit.page.wait_for_timeout(300)
    frame = visit.page.locator("iframe.mail-frame").first
    assert frame.evaluate("frame => frame.contentDocument.documentElement.scrollHeight - frame.clientHeight") <= 0


def test_what_was_typed_survives_an_unreachable_server(visit, installation):
    key = uuid4().hex[:8]
    installation.send(
        [mail(installation, sender=f"f{key}@example.org", subject=f"Offline {key}")], sender="f@example.org"
    )
    open_ticket(visit, installation, key)
    page, words = visit.page, f"Typed on a train {key}"
    page.wait_for_selector("steward-composer .composer-rich:not([hidden])")
    page.locator(".composer-rich").click()
    page.wait_for_function("() => document.querySelector('steward-composer').writing")
    visit.context.route("**/draft", lambda route: route.abort())
    visit.context.set_offline(True)
    page.keyboard.type(words)
    page.wait_for_selector(".composer-saved[data-state=unsaved]")
    page.keyboard.press("Control+Enter")
    page.locator(".composer-error:not([hidden])").wait_for()
    assert "could not be reached" in page.locator(".composer-error").inner_text()
    assert words in page.locator(".composer-rich").inner_text()

    visit.context.set_offline(False)
    page.reload()
    # Kept in the browser, as the server has none of it.
    page.locator(".composer-rich", has_text=words).wait_for()
    visit.context.unroute("**/draft")
    page.wait_for_selector(".composer-saved[data-state=saved]", timeout=20_000)
    page.evaluate("localStorage.clear()")
    page.reload()
    assert words in page.locator(".composer-rich").inner_text(), "and now the server has it"
    visit.complaints[:] = [said for said in visit.complaints if "net::ERR_" not in said]
