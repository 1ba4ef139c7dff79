"""Stored messages on the screen: inline pictures, remote pictures."""

import pytest

from steward.lib.html import has_remote_images, render_mail, sanitise_mail


def test_inline_pictures_get_their_urls():
    html = sanitise_mail('<img src="cid:logo@x" alt="Logo"><img src="CID:a%20b">')
    shown = render_mail(html, images=False, cid={"logo@x": "/files/1", "a b": "/files/2"})
    assert shown == '<img src="/files/1" alt="Logo"><img src="/files/2">'


def test_an_unknown_inline_picture_is_held_back():
    assert render_mail('<img src="cid:gone" alt="Logo">', images=True, cid={}) == '<img src="" alt="Logo">'


@pytest.mark.parametrize("source", ["http://t.example/p.gif?u=1", "https://t.example/p.gif", "HTTPS://t.example/p.gif"])
def test_remote_pictures_wait_and_keep_their_alternative_text(source):
    html = f'<img src="{source}" alt="Logo" width="80">'
    assert render_mail(html, images=False, cid={}) == '<img src="" alt="Logo" width="80">'
    assert source in render_mail(html, images=True, cid={})
    assert has_remote_images(html)


@pytest.mark.parametrize(
    "html",
    [
        '<table background="http://t.example/b.gif"><tr><td background=//t.example/b.gif>x</td></tr></table>',
        '<img srcset="http://t.example/b.gif 2x" alt="x">',
        '<picture><source srcset="http://t.example/b.gif"><img alt="x"></picture>',
        '<div style="background-image:url(http://t.example/b.gif)">x</div>',
        '<img src="//t.example/b.gif">',
        '<img src="\\\\t.example\\b.gif">',
        '<video poster="http://t.example/b.gif"></video>',
        '<input type=image src="http://t.example/b.gif">',
        '<link rel=preload href="http://t.example/b.gif">',
        '<body background="http://t.example/b.gif">x</body>',
        '<img lowsrc="http://t.example/b.gif" dynsrc="http://t.example/b.gif">',
    ],
)
@pytest.mark.parametrize("images", [False, True])
def test_no_other_way_to_load_anything(html, images):
    assert "t.example" not in render_mail(html, images=images, cid={})
    assert not has_remote_images(html)


def test_pictures_within_the_message_are_not_remote():
    html = '<img src="cid:x"><img src="data:image/gif;base64,R0lG"><a href="http://a.example/x.gif">x</a>'
    assert not has_remote_images(html)
    assert 'src="data:image/gif;base64,R0lG"' in render_mail(html, images=False, cid={})


def test_the_message_cannot_use_our_urls():
    html = '<img src="/files/1"><a href="/files/1">x</a>'
    assert "/files/1" not in render_mail(html, images=True, cid={"a": "/files/1"})


def test_a_url_is_escaped():
    assert render_mail('<img src="cid:a">', images=True, cid={"a": '/x?"><script>'}).count("<") == 1


def test_showing_cleans_again():
    assert render_mail("<p onclick=x>y<script>z</script></p>", images=True, cid={}) == "<p>y</p>"
