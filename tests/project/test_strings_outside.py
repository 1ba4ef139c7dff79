"""Texts for people that are not marked for translation are found; what is not for people is left alone."""

import pytest

from steward.project.messages.outside.python import in_python
from steward.project.messages.outside.scripts import in_script
from steward.project.messages.outside.templates import in_template

TEMPLATES_OUTSIDE = [
    "<p>Hello</p>",
    '<p>{% translate "x" %} and more</p>',
    '<a title="Open it">x</a>',
    '<button aria-label="Close {{ name }}">·</button>',
    '<input type="submit" value="Send">',
    '<div data-text="Some words">',
    '{{ name|default:"No name" }}',
    '{% include "x.html" with label="Your name" %}',
    '{{ at|date:"j F Y" }}',
    "{% if x %}Yes{% endif %}",
]
TEMPLATES_FINE = [
    '<p>{% translate "Hello" %}</p>',
    "{% blocktranslate %}Hello {{ x }}{% endblocktranslate %}",
    "{% comment %}Hello there{% endcomment %}{# Hello #}",
    "<kbd>Enter</kbd> <code>SELECT things</code>",
    '<a href="/x" class="Big One" data-kind="primary">{{ name }}</a>',
    '{% block body_attributes %}class="console" data-x="{{ x }}" data-page{% endblock %}',
    '<time datetime="{{ at|date:"c" }}">{{ at|date:"DATE_FORMAT" }}</time>',
    "Steward · SMTP, 5 × (J) &nbsp; support@northwind.example",
    '<input value="{{ x }}" placeholder="https://">',
    '{% if kind == "message" %}·{% endif %}',
]
PYTHON_OUTSIDE = [
    'messages.success(request, "saved it")',
    'raise ValidationError("too long")',
    'Field(label="your name")',
    'return {"title": "Your mailbox"}',
    'text = f"Hello {name}, you have mail"',
    'form.add_error(None, "no such one")',
]
PYTHON_FINE = [
    'messages.success(request, _("Saved it."))',
    'raise ValueError("This is for the log")',
    'logger.warning("Something was odd")',
    '"""A docstring for people who program."""',
    'cursor.execute("SELECT name FROM people")',
    'Field(label=_("Your name"))',
    "x = 'ticket.created'",
]
SCRIPTS_OUTSIDE = ['note("Could not be saved")', 'button.textContent = "Send"', "const text = `Hello ${name} of us`;"]
SCRIPTS_FINE = [
    'document.querySelector("details summary")',
    "// Not for people",
    'tell(list.dataset.offline)',
    'event.key === "ArrowDown"',
    'channel.postMessage("signed out")',
    'root.querySelectorAll("details.quoted > summary")',
]  # fmt: skip


@pytest.mark.parametrize("source", TEMPLATES_OUTSIDE)
def test_template_texts_outside(source: str) -> None:
    assert list(in_template(source, "x.html"))


@pytest.mark.parametrize("source", TEMPLATES_FINE)
def test_templates_without_fault(source: str) -> None:
    assert list(in_template(source, "x.html")) == []


@pytest.mark.parametrize("source", PYTHON_OUTSIDE)
def test_python_texts_outside(source: str) -> None:
    assert list(in_python(source, "x.py"))


@pytest.mark.parametrize("source", PYTHON_FINE)
def test_python_without_fault(source: str) -> None:
    assert list(in_python(source, "x.py")) == []


@pytest.mark.parametrize("source", SCRIPTS_OUTSIDE)
def test_words_in_scripts(source: str) -> None:
    assert list(in_script(source, "x.js"))


@pytest.mark.parametrize("source", SCRIPTS_FINE)
def test_scripts_without_fault(source: str) -> None:
    assert list(in_script(source, "x.js")) == []


def test_the_line_is_that_of_the_text() -> None:
    assert list(in_template("<p>\n{{ x }}\n<b>Hello</b>", "x.html")) == ["x.html:3: 'Hello'"]
