"""What a mail says: from raw bytes to plain values, never raising, within limits of depth, number and size.

`parse_mail` does it in this process; `sandbox` does it in a child with limits of time and memory, which is how mail
from outside is read. `Problem` codes say what could not be read as sent; the raw message is kept elsewhere.
"""

from steward.channels.email.parsing.mail import (
    AUTOMATIC_REASONS,
    PROBLEM_CODES,
    Address,
    Automatic,
    Body,
    DeliveryReport,
    ParsedAttachment,
    ParsedMail,
    Problem,
)
from steward.channels.email.parsing.parse import parse_mail, parse_minimal

__all__ = [
    "AUTOMATIC_REASONS",
    "PROBLEM_CODES",
    "Address",
    "Automatic",
    "Body",
    "DeliveryReport",
    "ParsedAttachment",
    "ParsedMail",
    "Problem",
    "parse_mail",
    "parse_minimal",
]
