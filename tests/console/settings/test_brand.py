"""The brand in the settings, and where visitors see it."""

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile

from steward.brand.models import Brand
from steward.brand.pictures import read_picture
from steward.events.models import Event
from steward.files.models import File
from steward.tenancy.scope import account_scope
from steward.testing.pictures import png

PAGE = "/console/settings/brand"
FORM = {"name": "Fjord & Co", "accent": "#7A0019", "corners": "round", "font": "serif", "in_mails": "name"}


@pytest.fixture
def adas(client_of, ada):
    return client_of(ada)


def stored(account):
    with account_scope(account.id):
        return Brand.objects.select_related("logo").first()


def upload(client, content, name="logo.png"):
    return client.post(f"{PAGE}/logo", {"logo": SimpleUploadedFile(name, content, "image/png")})


def shown(client, path=PAGE):
    return " ".join(client.get(path).content.decode().split())


def test_saved(adas, northwind):
    assert adas.post(PAGE, FORM).status_code == 303
    brand = stored(northwind)
    assert (brand.name, brand.accent, brand.corners) == ("Fjord & Co", "#7a0019", "round")
    page = shown(adas)
    assert 'data-corners="round"' in page
    assert 'value="#7a0019"' in page


def test_the_event_names_what_was_changed_and_nothing_else(adas, northwind):
    for form in (FORM, FORM, FORM | {"font": "system"}):
        assert adas.post(PAGE, form).status_code == 303
    adas.post(f"{PAGE}/logo/removal")
    with account_scope(northwind.id):
        told = Event.objects.filter(kind="brand.changed").order_by("id").values_list("changes", flat=True)
        assert [each["fields"] for each in told] == [["accent", "corners", "font", "in_mails", "name"], ["font"]]


@pytest.mark.parametrize("colour", ["#ffcc00", "oklch(0.9 0.1 90)", "#8bd3ff"])
def test_a_colour_that_cannot_be_read_offers_the_nearest(adas, northwind, colour):
    answer = adas.post(PAGE, FORM | {"accent": colour})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "is hard to read" in page
    assert "Fjord &amp; Co" in page
    offered = next(part[:6] for part in page.split('value="#')[1:] if "nearest" in part)
    assert adas.post(PAGE, FORM | {"accent": f"#{offered}"}).status_code == 303
    assert stored(northwind).accent == f"#{offered}"


@pytest.mark.parametrize(
    "changed",
    [
        {"accent": "red"},
        {"accent": ""},
        {"accent": "#fff;}body{x"},
        {"corners": "x"},
        {"font": "Comic"},
        {"in_mails": ""},
    ],
)
def test_bad_input_keeps_what_was_typed(adas, northwind, changed):
    answer = adas.post(PAGE, FORM | changed)
    assert answer.status_code == 422
    assert "Fjord &amp; Co" in answer.content.decode()
    assert stored(northwind) is None


class TestLogo:
    def test_taken_shown_and_replaced(self, adas, northwind, visitor_at):
        assert upload(adas, png(40, 20)).status_code == 303
        first = stored(northwind)
        url = f"/console/brand/logo/{bytes(first.logo.sha256).hex()}"
        assert url in shown(adas)
        answer = visitor_at(northwind).get(url)
        assert (answer.content, answer.headers["Content-Type"]) == (read_picture(png(40, 20)).content, "image/png")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert "immutable" in answer.headers["Cache-Control"]
        upload(adas, png(50, 20))
        assert visitor_at(northwind).get(url).status_code == 404
        with account_scope(northwind.id):
            assert not File.objects.filter(pk=first.logo_id).exists()

    def test_removed(self, adas, northwind):
        upload(adas, png(40, 20))
        assert adas.post(f"{PAGE}/logo/removal").status_code == 303
        assert stored(northwind).logo is None

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG is not taken"),
            (b"GIF89a....", "not a PNG, JPEG or WebP"),
            (png(1025, 1), "1024 pixels"),
            (png(8, 8) + b"\0" * (512 * 1024), "512 KB"),
            (png(8, 8)[:30], "damaged"),
        ],
    )
    def test_refused_with_the_reason(self, adas, northwind, content, words):
        answer = upload(adas, content)
        assert answer.status_code == 422
        assert words in answer.content.decode()
        assert stored(northwind) is None

    def test_nothing_chosen(self, adas):
        assert adas.post(f"{PAGE}/logo").status_code == 422

    def test_it_lies_encrypted(self, adas, northwind, settings):
        upload(adas, png(64, 64))
        content = read_picture(png(64, 64)).content
        key = stored(northwind).logo.storage_key
        with default_storage.open(key, "rb") as file:
            assert content[:64] not in file.read()


class TestVisitors:
    def test_the_sign_in_page_wears_it(self, adas, northwind, visitor_at):
        assert "data-brand" not in shown(visitor_at(northwind), "/console/sign-in")
        adas.post(PAGE, FORM)
        page = shown(visitor_at(northwind), "/console/sign-in")
        assert 'data-font="serif"' in page
        assert "Fjord &amp; Co" in page
        assert "/console/brand/style?accent=7a0019" in page
        upload(adas, png(40, 20))
        assert "/console/brand/logo/" in shown(visitor_at(northwind), "/console/sign-in")

    def test_the_colours(self, visitor_at, northwind):
        answer = visitor_at(northwind).get("/console/brand/style?accent=7a0019")
        assert answer.headers["Content-Type"].startswith("text/css")
        assert "light-dark(#7a0019," in answer.content.decode()
        for bad in ("red", "7a0019;}", "%3C/style%3E"):
            assert visitor_at(northwind).get(f"/console/brand/style?accent={bad}").status_code == 404

    def test_another_account_has_no_such_logo(self, adas, northwind, contoso, visitor_at):
        upload(adas, png(40, 20))
        digest = bytes(stored(northwind).logo.sha256).hex()
        assert visitor_at(contoso).get(f"/console/brand/logo/{digest}").status_code == 404


@pytest.mark.parametrize("path", ["", "/logo", "/logo/removal"])
def test_not_an_agent(client_of, ben, path):
    assert client_of(ben).post(PAGE + path, FORM).status_code == 403
    assert client_of(ben).get(PAGE).status_code == 403


class TestPreview:
    """As typed, on both papers, and nothing is saved."""

    def test_as_typed(self, adas, northwind):
        upload(adas, png(80, 40))
        page = adas.post(f"{PAGE}/preview", FORM, headers={"HX-Request": "true"}).content.decode()
        assert "Fjord &amp; Co" in page
        assert "accent=7a0019" in page
        for scheme in ("light", "dark"):
            assert f'data-scheme="{scheme}"' in page
        assert page.count("/console/brand/logo/") == 2, "the logo on both papers"
        assert stored(northwind).accent != "#7a0019"

    def test_what_is_wrong_is_said(self, adas):
        answer = adas.post(f"{PAGE}/preview", FORM | {"accent": "#ffcc00"}, headers={"HX-Request": "true"})
        assert "is hard to read" in answer.content.decode()
        assert "brand-sample" not in answer.content.decode()

    def test_without_scripts_it_is_the_page_with_what_was_typed(self, adas, northwind):
        page = adas.post(f"{PAGE}/preview", FORM).content.decode()
        assert 'value="Fjord &amp; Co"' in page
        assert 'data-scheme="dark"' in page
        assert stored(northwind) is None
