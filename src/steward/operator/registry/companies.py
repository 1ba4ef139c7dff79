"""The form of one subprocessor: who it is, what was looked into, and what the contract with it holds."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from msgspec.structs import asdict

from steward.operator.registry import fields
from steward.operator.registry.labels import LABELS
from steward.operator.registry.papers import HELP, Papers, Received
from steward.operator.registry.parts import RowForm, Section, lines_of, row_count
from steward.operator.registry.stating import Asked, AskedInWords, StatingForm
from steward.privacy.egress.registry.document import (
    Area,
    Contact,
    Diligence,
    Evidence,
    Kind,
    Registry,
    Safeguard,
    Subprocessor,
    VendorAgreement,
)
from steward.privacy.egress.registry.papers import Record
from steward.privacy.subprocessors.words import AREAS, KINDS, SAFEGUARDS

_ELSEWHERE = gettext_lazy("Documents that lie elsewhere, one per line")
_BELOW = {"stated": gettext_lazy("As ticked below")}
_LISTS = ("due_diligence", "safeguards", "agreements")
_KIND_HELP = gettext_lazy(
    "Infrastructure keeps the data, a service does a part of the work, a subcontractor helps with people, a group "
    "entity belongs to the provider."
)
_IN_LIST = gettext_lazy("What the list says of it")
_PARENT_HELP = gettext_lazy("Another subprocessor, where this one works for that one.")
_WHO = ("key", "legal_name", "known_as", "kind", "parent")
_WHERE = (
    "address",
    "country",
    "website",
    "contact_name",
    "contact_position",
    "contact_email",
    "data_protection_contact",
)
_HELPS = {
    "due_diligence": gettext_lazy("What was looked into before it was engaged, by whom, and what came out."),
    "safeguards": gettext_lazy("What its contract binds it to, and where that is shown."),
    "agreements": gettext_lazy("Without an agreement in force the system sends it nothing."),
}


class _Company(StatingForm):
    asked = (
        Asked("legal_name", lambda: fields.short_text(required=True), has_unsaid=False),
        Asked("known_as", fields.short_text),
        Asked("kind", lambda: fields.one_of(KINDS, is_needed=True, coerce=Kind), has_unsaid=False, help=_KIND_HELP),
        Asked("address", fields.long_text),
        Asked("country", fields.country, has_unsaid=False),
        Asked("website", fields.short_text),
        Asked("contact_name", fields.short_text, label=gettext_lazy("Contact: name")),
        Asked("contact_position", fields.short_text, label=gettext_lazy("Contact: position")),
        Asked("contact_email", fields.short_text, label=gettext_lazy("Contact: mail address")),
        Asked("data_protection_contact", fields.short_text),
        *(Asked(name, lambda: fields.one_of(_BELOW), has_unsaid=False, label=_IN_LIST) for name in _LISTS),
    )

    def __init__(self, *args: Any, registry: Registry, company: Subprocessor | None, **named: Any) -> None:
        self.registry, self.company = registry, company
        super().__init__(*args, **named)

    def questions(self) -> tuple[Asked | AskedInWords, ...]:
        own = self.company.key if self.company else ""
        others = {one.key: one.legal_name for one in self.registry.subprocessors if one.key != own}
        if self.company and self.company.parent:
            others.setdefault(self.company.parent, self.company.parent)
        parents = lambda: _parents(others, self.registry.provider.legal_name)  # noqa: E731
        parent = Asked("parent", parents, has_unsaid=False, help=_PARENT_HELP)
        key = Asked("key", fields.key, has_unsaid=False, help=fields.KEY_HELP)
        return (*self.asked, parent) if self.company else (key, *self.asked, parent)

    def clean_key(self) -> str:
        """Two subprocessors never share a key."""
        key: str = self.cleaned_data["key"]
        if any(one.key == key for one in self.registry.subprocessors):
            raise forms.ValidationError(_("Another one has this short name already."))
        return key


class _Diligence(RowForm):
    asked = (
        Asked("outcome", fields.long_text, label=gettext_lazy("What was found")),
        Asked("by", fields.short_text, label=gettext_lazy("Looked into by")),
        Asked("on", fields.day, label=gettext_lazy("Looked into on")),
        Asked("documents", fields.Lines, may_be_empty=True, label=_ELSEWHERE),
    )


class _Safeguard(RowForm):
    asked = (Asked("evidence", fields.long_text, label=gettext_lazy("Where that is shown")),)


class _Agreement(RowForm):
    needed = ("version", "effective_from")
    asked = (
        Asked("version", fields.short_text, has_unsaid=False, label=pgettext_lazy("of an agreement", "Version")),
        Asked(
            "effective_from",
            lambda: fields.Moment(required=False),
            has_unsaid=False,
            label=gettext_lazy("In force from (UTC)"),
        ),
        Asked(
            "ends_at",
            lambda: fields.Moment(required=False),
            has_unsaid=False,
            label=gettext_lazy("In force until (UTC); empty: without an end"),
        ),
        Asked("signed_on", fields.day, label=gettext_lazy("Signed on")),
        Asked("sha256", lambda: fields.short_text(validators=[fields.SHA256]), label=gettext_lazy("SHA-256")),
        Asked(
            "is_beneficiary_clause",
            fields.yes_or_no,
            has_unsaid=False,
            label=gettext_lazy("Customers may claim from it directly should the provider disappear"),
        ),
        Asked(
            "breach_hours",
            lambda: forms.IntegerField(required=False, min_value=1, max_value=10_000),
            label=gettext_lazy("Hours within which it reports a breach"),
        ),
        Asked("location", fields.short_text, label=gettext_lazy("Where its text lies, if elsewhere")),
    )


class CompanyForm:
    """A subprocessor with its rows, a new one without `company`. `received`: the files that came with the form."""

    def __init__(
        self,
        data: Mapping[str, Any] | None,
        *,
        registry: Registry,
        company: Subprocessor | None,
        received: Received | None = None,
    ) -> None:
        self.company, self.received = company, received or Received()
        self.main = _Company(data, registry=registry, company=company, said=_said_of(company))
        self.diligence = self._findings(data)
        self.safeguards = self._promises(data)
        self.agreements = self._agreements(data)

    def is_valid(self) -> bool:
        valid = [one.is_valid() for one in self.forms()]
        if all(valid):
            self._check_lists()
        return all(valid) and not self.main.errors

    def errors(self) -> list[str]:
        return [str(error) for one in self.forms() for error in one.non_field_errors()]

    def sections(self) -> list[Section]:
        return [
            Section(_("Who it is"), lines_of(self.main, *_WHO)),
            Section(_("Where to reach it"), lines_of(self.main, *_WHERE)),
            *(self._section(name, found) for name, found in self._rows().items()),
        ]

    def _section(self, name: str, found: Sequence[RowForm]) -> Section:
        lines, count = lines_of(self.main, name), (name, len(found))
        return Section(str(LABELS[name]), lines, found, count, str(_HELPS[name]), str(HELP))

    def value(self) -> Subprocessor:
        said = self.main.said()
        contact = {name: said.pop(f"contact_{name}") for name in ("name", "position", "email")}
        lists: dict[str, Any] = {name: self._listed(name) if said.pop(name) else None for name in _LISTS}
        is_known = any(contact.values())
        return Subprocessor(
            key=self.company.key if self.company else said.pop("key"),
            engagements=self.company.engagements if self.company else (),
            contact=Contact(**{name: text or "" for name, text in contact.items()}) if is_known else None,
            **said,
            **lists,
        )

    def _listed(self, name: str) -> tuple[Any, ...]:
        if name == "due_diligence":
            return tuple(Diligence(area=area, **_told(one)) for area, one in self._with(self.diligence) if one.is_there)
        if name == "safeguards":
            there = ((code, one) for code, one in zip(Safeguard, self.safeguards, strict=True) if one.is_there)
            return tuple(Evidence(safeguard=code, **_told(one)) for code, one in there)
        return tuple(VendorAgreement(**_told(one)) for one in self.agreements if one.is_there)

    def _check_lists(self) -> None:
        for name, found in self._rows().items():
            if not self.main.cleaned_data.get(name) and any(one.is_there for one in found):
                self.main.add_error(name, _("Something is ticked below: choose that it is stated."))

    def _rows(self) -> dict[str, Sequence[RowForm]]:
        return {"due_diligence": self.diligence, "safeguards": self.safeguards, "agreements": self.agreements}

    def forms(self) -> list[StatingForm]:
        return [self.main, *self.diligence, *self.safeguards, *self.agreements]

    def _areas(self) -> list[tuple[Area, Diligence | None]]:
        """What was found, in its order, then the areas nothing is said of."""
        found = (self.company.due_diligence if self.company else None) or ()
        missing = [area for area in Area if area not in {one.area for one in found}]
        return [*((one.area, one) for one in found), *((area, None) for area in missing)]

    def _findings(self, data: Mapping[str, Any] | None) -> list[_Diligence]:
        return [
            _Diligence(data, title=str(AREAS[area]), **self._row(data, f"due_diligence-{i}", one))
            for i, (area, one) in enumerate(self._areas())
        ]

    def _with(self, rows: list[_Diligence]) -> list[tuple[Area, _Diligence]]:
        return [(area, row) for (area, _one), row in zip(self._areas(), rows, strict=True)]

    def _promises(self, data: Mapping[str, Any] | None) -> list[_Safeguard]:
        known = {one.safeguard: one for one in (self.company.safeguards if self.company else None) or ()}
        return [
            _Safeguard(data, title=str(SAFEGUARDS[code]), **self._row(data, f"safeguards-{i}", known.get(code)))
            for i, code in enumerate(Safeguard)
        ]

    def _agreements(self, data: Mapping[str, Any] | None) -> list[_Agreement]:
        held = (self.company.agreements if self.company else None) or ()
        count = row_count(data, "agreements", len(held) + 1)
        stored = [held[i] if i < len(held) else None for i in range(count)]
        return [
            _Agreement(
                data,
                title=_("Agreement %(number)d") % {"number": i + 1} if one else _("One more agreement"),
                **self._row(data, f"agreements-{i}", one),
            )
            for i, one in enumerate(stored)
        ]

    def _row(self, data: Mapping[str, Any] | None, prefix: str, one: Record | None) -> dict[str, Any]:
        """What each row of a list begins with: what is stored of it, and its files."""
        return {
            "prefix": prefix,
            "is_there": one is not None,
            "said": asdict(one) if one else None,
            "papers": Papers(data, self.received, prefix=prefix, held=one.papers if one else ()),
        }


def _told(row: RowForm) -> dict[str, Any]:
    return row.said() | ({"papers": row.papers.value()} if row.papers else {})


def _parents(others: Mapping[str, str], provider: str) -> forms.TypedChoiceField:
    choices = [("", provider or _("the provider itself")), *others.items()]
    return forms.TypedChoiceField(choices=choices, required=False, empty_value=None)


def _said_of(company: Subprocessor | None) -> dict[str, Any] | None:
    if company is None:
        return None
    said = asdict(company)
    contact = company.contact or Contact()
    said |= {f"contact_{name}": text or None for name, text in asdict(contact).items()}
    return said | {name: None if said[name] is None else "stated" for name in _LISTS}
