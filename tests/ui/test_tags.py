"""The template tags as templates use them."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from django.template import Context, Template, TemplateSyntaxError
from django.template.base import VariableNode
from django.template.loader import get_template
from django.utils import translation

import steward
from steward.ui.templatetags.ui import STATE_LABELS

SOURCE = Path(steward.__path__[0])
FIXED = {name for path in SOURCE.rglob("*.html") for name in re.findall(r'{% fixed "([^"]+)" %}', path.read_text())}


def rendered(source, **context):
    return Template("{% load ui %}" + source).render(Context(context))


def test_an_icon_says_nothing_to_screen_readers():
    assert rendered('{% icon "mail" %}') == '<svg class="icon" aria-hidden="true"><use href="#i-mail"/></svg>'
    assert 'class="icon icon-20 flip ok"' in rendered('{% icon "reply" size=20 flip=True tone="ok" %}')


@pytest.mark.parametrize("status", STATE_LABELS)
def test_a_state_has_its_word_as_label_unless_the_word_stands_beside_it(status):
    assert f'role="img" aria-label="{STATE_LABELS[status]}"' in rendered("{% state status %}", status=status)
    assert "aria-hidden" in rendered("{% state status labelled=False %}", status=status)


def test_a_state_nobody_knows_is_an_error():
    with pytest.raises(KeyError):
        rendered('{% state "chatting" %}')


def test_an_avatar_shows_initials_and_takes_its_tint_from_the_key():
    by_key = rendered("{% avatar name key=email %}", name="Eli Aronsen", email="eli@example.com")
    assert by_key.endswith(">EA</span>")
    assert 'data-kind="customer"' in by_key
    assert by_key == rendered("{% avatar name key=email %}", name="Eli Aronsen", email="ELI@example.com")
    assert rendered('{% avatar name "agent" size="small" %}', name="Ben Okafor").endswith(">B</span>")
    assert rendered("{% avatar name key=email %}", name="", email="farah@example.com").endswith(">F</span>")


def test_names_are_escaped():
    assert "<b>" not in rendered("{% avatar name %}", name="<b>x")


@time_machine.travel(datetime(2026, 11, 6, 10, 50, tzinfo=UTC), tick=False)
def test_when_carries_the_exact_moment():
    html = rendered("{% when at %}", at=datetime(2026, 11, 6, 10, 41, tzinfo=UTC))
    assert 'datetime="2026-11-06T10:41:00+00:00"' in html
    assert 'title="Friday, 6 November 2026, 10:41"' in html
    assert html.endswith(">9 min</time>")
    assert rendered("{% day at %}", at=datetime(2026, 11, 6, 1, tzinfo=UTC)) == "Today"


def test_when_says_nothing_for_no_moment_and_refuses_an_unknown_style():
    assert rendered("{% when at %}", at=None) == ""
    with pytest.raises(TemplateSyntaxError, match="sideways"):
        rendered('{% when at "sideways" %}', at=datetime(2026, 11, 6, tzinfo=UTC))


def test_filesize():
    assert rendered("{{ size|filesize }}", size=86016) == "84 KB"
    assert rendered("{{ size|filesize }}", size=None) == ""


@pytest.mark.parametrize("name", sorted(FIXED))
def test_what_is_fixed_shows_nothing_of_anybody(name):
    template = get_template(name).template
    assert not template.nodelist.get_nodes_by_type(VariableNode)
    html = rendered("{% fixed name %}", name=name, text="of somebody")
    assert html == template.render(Context())
    assert "<" in html


def test_fixed_templates_are_in_use():
    assert "console/_keys.html" in FIXED


@pytest.mark.parametrize(
    ("language", "said"), [("en", "12,345"), ("pl", "12\xa0345"), ("da", "12.345"), ("vi", "12.345"), ("ar", "12,345")]
)
def test_numbers_are_grouped_as_the_language_does(language, said):
    with translation.override(language):
        assert rendered("{{ n|number }}", n=12345) == said
