"""The keys that `changes` of events may have, whatever their kind: codes, counters, times and ids, never words.

Some are about people: the ids of the contact and of the member that something was about, and, of a correction that
somebody asked for, what was wrong and what is right. An erasure takes them.
"""

from steward.privacy.inventory import Key, Whose

CHANGES: tuple[Key | str, ...] = (
    # Tickets and messages.
    "message", "department", "channel", "tag", "tint", "into", "automatic", "undoes", "held_until", "until", "reason",
    "from", "to", "was.changed_at", "was.postponed_until", "was.resolved_at", "was.status_before", "assignee",
    Key("contact", Whose.CONTACT, "user.unique_id"),
    # Mail and its templates.
    "purpose", "is_partly", "kind", "language", "answers_automatically", "is_privacy_address",
    # People and how they get in.
    Key("membership", Whose.AGENT, "user.unique_id"), "role", "tickets_to", "factor", "factors", "new_browser",
    "second_factor", "networks", "idle_minutes", "lifetime_hours",
    # Settings: which fields changed, and those that are codes themselves.
    "fields", "time_zone", "reopens_for_days", "closes_after_days", "code_letters", "code_digits",
    "looks_for_sensitive", "refuses_mail",
    # The account, its agreements and the list of subprocessors.
    "terms_version", "list_version", "from_region", "to_region", "sha256", "version", "notice_days", "mode",
    "engagement", "resolution", "result",
    # An instruction to use a server or service: what for, and where it is.
    "purposes", "country",
    # What support was let see.
    "areas", "may_write", "may_erase", "hours", "grant", "command", "leave",
    # A copy of everything: how much is in it.
    "records", "files", "unreadable",
    # Requests of persons.
    "type", "due_at", "by", "day",
    *(
        Key(f"{when}.{what}", Whose.CONTACT, category)
        for when in ("was", "became")
        for what, category in (
            ("name", "user.name"), ("language", "user.demographic.language"), ("addresses", "user.contact.email"),
        )
    ),
    # Retention and redaction.
    "messages", "redaction", "rule", "number", "size", "days", "since", "status", "is_on",
    # Erasures count by store; holds name what they are on.
    "planned.*", "erased.*", "left.*", "on", Key("object", Whose.CONTACT, "user.unique_id"), "basis",
)  # fmt: skip
