"""What an agent should know about a message before believing it, in words."""

from django.utils.translation import gettext_lazy

from steward.console.problems import told_problems, told_sizes
from steward.tickets.models import Message


class Caution(str):
    """A sentence with a tone (`warn` or `bad`)."""

    __slots__ = ("tone",)

    def __new__(cls, text: str, tone: str = "warn") -> "Caution":
        made = super().__new__(cls, text)
        made.tone = tone
        return made

    tone: str


_WARNINGS = {
    "unverified_sender": (
        gettext_lazy("The sender is not one of the people in this ticket. They see none of it unless you answer them."),
        "warn",
    ),
    "sender_failed_dmarc": (
        gettext_lazy(
            "This mail fails the checks of the domain it says it comes from. Somebody else may have written it."
        ),
        "bad",
    ),
}


def warnings_of(message: Message) -> list[Caution]:
    """The warnings found when the message came in."""
    return [
        Caution(str(_WARNINGS[code][0]), _WARNINGS[code][1])
        for code in message.findings.get("warnings", [])
        if code in _WARNINGS
    ]


def problems_of(message: Message) -> list[str]:
    """What could not be read as it was sent; the mail as it came is attached then. Or what of it never came."""
    found = message.findings.get("problems", [])
    problems = told_problems(code for code, _detail in found)
    return [*told_sizes(found), *([problems] if problems else [])]
