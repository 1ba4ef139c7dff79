"""What could not be read as it was sent, in sentences for the codes of the parser."""

from collections.abc import Iterable

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

_STRUCTURE = gettext_lazy("It is not put together as mails are, so parts may be missing or stand in the wrong place.")
_HEADERS = gettext_lazy("Its header is damaged, so names, dates or the subject may be wrong.")
_DAMAGED = gettext_lazy("A part of it is damaged.")
_GAVE_UP = gettext_lazy("It could not be read, so nothing of its text is shown.")
_CHARSET = gettext_lazy("Its characters are not marked as what they are, so some may be shown wrongly.")
_SHOWN_SIGNED = gettext_lazy("It came within a signature that nobody has checked: anybody may have written it.")
_SIGNED = gettext_lazy("It is wrapped in a signature that is not looked into.")

SENTENCES = {
    "bad_base64": _DAMAGED,
    "bad_date": gettext_lazy("Its date makes no sense, so the time it came is shown."),
    "bad_header_line": _HEADERS,
    "damaged_tnef": gettext_lazy("The winmail.dat that Outlook made of its files is damaged."),
    "encrypted": gettext_lazy("It is encrypted, and only its recipient's own program can read it."),
    "headers_end_early": _HEADERS,
    "headers_failed": _HEADERS,
    "huge_headers": gettext_lazy("Its header is longer than any mail needs; only the beginning was read."),
    "long_text": gettext_lazy("Its text is very long; only the beginning is shown."),
    "no_boundary": _STRUCTURE,
    "no_sender": gettext_lazy("It does not say who wrote it."),
    "out_of_memory": _GAVE_UP,
    "parser_died": _GAVE_UP,
    "parser_failed": _GAVE_UP,
    "sender_elsewhere": gettext_lazy("It does not say who wrote it; the sender shown is who handed it in."),
    "several_senders": gettext_lazy("It names several senders; the first one is shown."),
    "signature_unchecked": _SHOWN_SIGNED,
    "signed_opaque": _SIGNED,
    "time_out": _GAVE_UP,
    "too_deep": gettext_lazy("Its parts are packed into each other too deeply; the innermost are not shown."),
    "too_many_parts": gettext_lazy("It has more parts than any mail needs; the last ones are not shown."),
    "unclosed_multipart": gettext_lazy("It breaks off, so its end may be missing."),
    "unknown_charset": _CHARSET,
    "unknown_transfer_encoding": gettext_lazy("A part of it is packed in a way nobody knows, and shown as it came."),
    "wrong_boundary": _STRUCTURE,
    "wrong_charset": _CHARSET,
}

# What only part of came; the place is for its size.
_TOO_LARGE = {
    "refused_too_large": gettext_lazy(
        "Somebody tried to send a mail of %(size)s, which is more than is taken here. It was refused, and the sender "
        "is told so by their own mail server. Only its beginning is shown; who sent it was not checked."
    ),
    "too_large": gettext_lazy(
        "This mail has %(size)s, which is more than is taken here. Only its header was read; the mail itself is still "
        "in the mailbox."
    ),
}


def told_sizes(problems: Iterable[tuple[str, str]]) -> list[str]:
    """What to know about a mail that was too large, from its problems as (code, detail)."""
    return [str(_TOO_LARGE[code]) % {"size": filesizeformat(detail)} for code, detail in problems if code in _TOO_LARGE]


def told_problems(codes: Iterable[str]) -> str:
    """One text for all that was found, each sentence once; empty for nothing.

    Codes of an older or newer version than this one are told without saying what they are.
    """
    codes = [code for code in codes if code not in _TOO_LARGE]
    unknown = gettext_lazy("Parts of it could not be read as they were sent.")
    sentences = dict.fromkeys(str(SENTENCES.get(code, unknown)) for code in codes)
    return " ".join([*sentences, _("The mail as it came is attached.")]) if sentences else ""
