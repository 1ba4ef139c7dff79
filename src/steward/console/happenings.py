"""What happened to a ticket, told in sentences. Names are looked up now: events hold only ids."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from steward.console.redactions import reason_in_words
from steward.events.models import Event, Read
from steward.lib.actor import ActorKind
from steward.people.models import Department, Membership
from steward.privacy.support_access.queries import support_named
from steward.tickets.models import Tag

_SENTENCES = {
    "ticket.created": gettext_lazy("%(who)s opened this ticket"),
    "ticket.assigned": gettext_lazy("%(who)s assigned it to %(whom)s"),
    "ticket.taken": gettext_lazy("%(who)s took it"),
    "ticket.released": gettext_lazy("%(who)s took it from %(from_whom)s; it is assigned to nobody"),
    "ticket.let_go": gettext_lazy("%(who)s let go of it; it is assigned to nobody"),
    "ticket.transferred": gettext_lazy("%(who)s moved it from %(from_department)s to %(to_department)s"),
    "ticket.reopened": gettext_lazy("%(who)s reopened it"),
    "ticket.restored": gettext_lazy("%(who)s restored it"),
    "ticket.marked_answered": gettext_lazy("%(who)s marked it as answered"),
    "ticket.postponed": gettext_lazy("%(who)s postponed it"),
    "ticket.resolved": gettext_lazy("%(who)s resolved it"),
    "ticket.closed": gettext_lazy("%(who)s closed it"),
    "ticket.marked_spam": gettext_lazy("%(who)s marked it as spam"),
    "ticket.deleted": gettext_lazy("%(who)s deleted it"),
    "ticket.purged": gettext_lazy("%(who)s purged it: it goes for good now"),
    "ticket.tagged": gettext_lazy("%(who)s added the tag %(tag)s"),
    "ticket.untagged": gettext_lazy("%(who)s took the tag %(tag)s off"),
    "message.redacted": gettext_lazy("%(who)s redacted words of a message. Reason: %(why)s."),
    "privacy_request.suspected": gettext_lazy("A mail came that may be a privacy request"),
    "privacy_request.ruled_out": gettext_lazy("%(who)s said that it is no privacy request"),
    "ticket.woken": gettext_lazy("The time it was postponed to has come"),
}
_BY_ITSELF = {"ticket.reopened": gettext_lazy("Reopened: the customer wrote")}


@dataclass(frozen=True, slots=True)
class Names:
    """The names behind the ids in some events."""

    people: dict[UUID, str]
    departments: dict[UUID, str]
    tags: dict[UUID, str]
    support: dict[UUID, str]  # whoever of the hosting company acted, by the id of their identity

    @classmethod
    def needed_by(cls, events: Sequence[Event | Read]) -> "Names":
        """Four queries at most, however many events there are."""
        people: set[UUID] = set()
        departments: set[UUID] = set()
        tags = {UUID(tag) for event in events if _is_id(tag := (event.changes or {}).get("tag"))}
        for event in events:
            if event.actor_id and event.actor_kind == ActorKind.AGENT:
                people.add(event.actor_id)
            changes = event.changes or {}
            ids = {UUID(i) for i in (changes.get("from"), changes.get("to")) if _is_id(i)}
            (departments if event.kind == "ticket.transferred" else people).update(ids)
            if event.kind == "account.reopened" and _is_id(owner := changes.get("membership")):
                people.add(UUID(owner))
        return cls(
            dict(Membership.objects.filter(pk__in=people).values_list("id", "name")) if people else {},
            dict(Department.objects.filter(pk__in=departments).values_list("id", "name")) if departments else {},
            dict(Tag.objects.filter(pk__in=tags).values_list("id", "name")) if tags else {},
            support_named(event.actor_id for event in events if event.actor_kind == ActorKind.STAFF),
        )

    def actor(self, event: Event | Read) -> str:
        """Who did it: a member, somebody of the hosting company, or Steward itself."""
        if event.actor_kind == ActorKind.AGENT:
            return self.person(event.actor_id)
        if event.actor_kind == ActorKind.STAFF and event.actor_id:
            return self.support[event.actor_id]
        return pgettext("who did something", "Steward")

    def person(self, key: object) -> str:
        return self.people.get(UUID(str(key)), _("a former agent")) if _is_id(key) else ""

    def tag(self, key: object) -> str:
        return self.tags.get(UUID(str(key)), _("a former tag")) if _is_id(key) else ""

    def department(self, key: object) -> str:
        return self.departments.get(UUID(str(key)), _("a former department")) if _is_id(key) else ""


_NAMED: Mapping[str, Any] = {
    "people.membership": Membership, "people.department": Department, "tickets.tag": Tag,
}  # fmt: skip


def names_of_objects(events: Sequence[Event | Read]) -> dict[UUID, str]:
    """What members, departments and tags are called that events are about; a query for each at most."""
    found: dict[UUID, str] = {}
    for label, model in _NAMED.items():
        if keys := {event.object_id for event in events if event.object_type == label}:
            found |= dict(model.objects.filter(pk__in=keys).values_list("pk", "name"))
    return found


def told(event: Event, names: Names) -> str:
    """One event as a sentence in HTML, names in bold; empty for events that the page shows otherwise."""
    changes = event.changes or {}
    kind = event.kind
    if kind == "ticket.created" and event.actor_kind != ActorKind.AGENT:
        return ""  # the customer's first message says it
    if kind == "ticket.assigned" and changes.get("to") == str(event.actor_id):
        kind = "ticket.taken"
    if kind == "ticket.released" and changes.get("from") in (None, str(event.actor_id)):
        kind = "ticket.let_go"
    by_itself = _BY_ITSELF.get(kind) if event.actor_kind == ActorKind.SYSTEM else None
    sentence = by_itself or _SENTENCES.get(kind)
    if sentence is None:
        return ""
    parts = {
        "who": names.actor(event),
        "whom": names.person(changes.get("to")),
        "from_whom": names.person(changes.get("from")),
        "from_department": names.department(changes.get("from")),
        "tag": names.tag(changes.get("tag")),
        "why": reason_in_words(changes.get("reason")),
        "to_department": names.department(changes.get("to")),
    }
    return format_html(
        str(sentence).replace("{", "{{").replace("}", "}}")
        % {name: format_html("{}{}{}", "{", name, "}") for name in parts},
        **{name: format_html("<b><bdi>{}</bdi></b>", value) for name, value in parts.items()},
    )


def _is_id(value: object) -> bool:
    if isinstance(value, UUID):
        return True
    return isinstance(value, str) and len(value) == 36
