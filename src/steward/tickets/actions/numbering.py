"""Codes for new tickets."""

from steward.lib.ids import new_code
from steward.tickets.models import Ticket, TicketRules

_TRIES = 5  # rounds before the codes get a digit more: an account may have used up most of the short ones


def rules_of_account() -> TicketRules:
    """The rules of the account in scope; those of a new account when it never changed them."""
    return TicketRules.objects.first() or TicketRules()


def fresh_codes(count: int, rules: TicketRules) -> list[str]:
    """Codes that no ticket of the account has, different from each other."""
    codes: set[str] = set()
    tries = 0
    while len(codes) < count:
        digits = rules.code_digits + tries // _TRIES
        drawn = {new_code(rules.code_letters, digits) for _ in range(count - len(codes))}
        codes |= drawn - set(Ticket.objects.filter(code__in=drawn).values_list("code", flat=True))
        tries += 1
    return list(codes)
