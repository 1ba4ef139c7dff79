"""What the draft says now, in words, beside what somebody has typed meanwhile."""

from typing import Any

from django import forms
from django.utils.translation import pgettext_lazy

from steward.privacy.subprocessors.words import NOT_STATED, enumeration

NOTHING = pgettext_lazy("what stands in a field", "nothing")


def beside(form: forms.Form, name: str, unsaid: str = "") -> str | None:
    """What is stored for a field, where something else was typed; None where both say the same.

    `unsaid` is the name of the box that says "not stated", where there is one.
    """
    bound = form[name]
    stored, typed = text_of(bound.field, bound.field.prepare_value(bound.initial)), text_of(bound.field, bound.value())
    was_unsaid = bool(unsaid) and bool(form[unsaid].initial)
    is_unsaid = bool(unsaid) and bool(form[unsaid].value())
    if (stored, was_unsaid) == (typed, is_unsaid):
        return None
    return str(NOT_STATED if was_unsaid else stored or NOTHING)


def text_of(field: forms.Field, value: Any) -> str:
    """A value of a field, typed or stored, as its reader would name it; empty when there is none."""
    if isinstance(field, forms.ChoiceField):
        names = {str(code): str(words) for code, words in field.widget.choices}
        chosen = value if isinstance(value, list | tuple) else [value]
        told = [names.get(str(code), str(code)) for code in chosen if code not in (None, "")]
        return str(enumeration(told)) if told else ""
    shown = field.widget.format_value(value)
    return "\n".join(line.rstrip() for line in str(shown or "").strip().splitlines())
