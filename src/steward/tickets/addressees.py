"""The people a draft is to, as they stand in its field. Pure."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from email.utils import formataddr, getaddresses

from steward.contacts.actions import fold_email

_ALONE = r"(?<![\w.+-]){}(?![\w-]|\.\w)"  # not as a part of a longer address


@dataclass(frozen=True, slots=True)
class Addressees:
    """A field such as `Eli Berg <eli@example.org>, farah@example.net`, perhaps half typed."""

    text: str

    def name_any(self, addresses: Collection[str]) -> bool:
        """Whether one of the folded addresses is among them, also where the field cannot be read as a whole."""
        folded = self.text.lower()
        return any(re.search(_ALONE.format(re.escape(address)), folded) for address in addresses)

    def are_all_among(self, addresses: Collection[str]) -> bool:
        """Whether they are nobody but the people with these folded addresses."""
        people = self._people()
        return bool(people) and all(fold_email(email) in addresses for _name, email in people)

    def without(self, addresses: Collection[str]) -> str:
        """The field without these people. What cannot be read goes whole, if one of the addresses stands in it."""
        if not self.name_any(addresses):
            return self.text
        staying = [(name, email) for name, email in self._people() if fold_email(email) not in addresses]
        text = ", ".join(formataddr(person) if person[0].isascii() else _written(*person) for person in staying)
        return "" if Addressees(text).name_any(addresses) else text

    def only(self, addresses: Collection[str]) -> str:
        """The field with nobody but the people with these folded addresses."""
        theirs = [(name, email) for name, email in self._people() if fold_email(email) in addresses]
        return ", ".join(_written(*person) if person[0] else person[1] for person in theirs)

    def _people(self) -> list[tuple[str, str]]:
        return [(name, email) for name, email in getaddresses([self.text]) if email]


def _written(name: str, email: str) -> str:
    """As people read it: letters beyond ASCII stay letters."""
    return f'"{name.replace(chr(92), "").replace(chr(34), "")}" <{email}>'
