"""What the contracts about addresses have to be told of some routes; everything else they find out themselves."""

PROBES = {"healthz", "readyz", "metrics"}  # of the installation: no account, no content
# Who holds the token of a mail holds the right: whoever else may be signed in, or nobody.
BEARER = {
    "console/reset-password/<token>", "console/invitations/<token>", "console/welcome/<token>", "sign-up/<token>",
    "sign-up/<token>/agreement.pdf", "exports/<token>", "exports/<token>/archive", "consent/<token>", "news/<token>",
    "certificates/<uuid:account_id>/<token>", "certificates/<uuid:account_id>/<token>/<slug:of>.<slug:kind>",
    "subprocessors/subscription/<token>", "subprocessors/subscription/<token>/end", "standing/<token>",
}  # fmt: skip
# The page about where an account stands, for its owner, who is known by a session of its own.
SHUT = {
    "standing", "standing/sent", "standing/account", "standing/account/lifting", "standing/account/copy",
    "standing/account/copy/passphrase", "standing/account/copy/archive", "standing/account/copy/removal",
    "standing/account/deletion", "standing/account/deletion/withdrawal", "standing/account/leaving", "standing/<token>",
    "standing/account/reopening", "standing/account/reopening/withdrawal",
}  # fmt: skip
# On the base domain only; signing up only where that is open.
FRONT = {
    "account", "sign-up", "sign-up/address", "sign-up/sent", "sign-up/<token>", "sign-up/<token>/agreement.pdf",
    "subprocessors/subscription", "subprocessors/subscription/sent", "subprocessors/subscription/<token>",
    "subprocessors/subscription/<token>/end", "news/<token>", "certificates/<uuid:account_id>/<token>",
    "certificates/<uuid:account_id>/<token>/<slug:of>.<slug:kind>", *SHUT,
}  # fmt: skip
# Of whoever's host it is: the list of subprocessors says nothing personal, and nobody signs in to read it.
LISTS = {
    "subprocessors", "subprocessors/", "subprocessors.json", ".well-known/subprocessors.json", "subprocessors.atom",
    "subprocessors/feed.json",
}  # fmt: skip
# Programs for mail post here, with nothing but the token (RFC 8058 section 3.2).
ONE_CLICK = {"subprocessors/subscription/<token>/end", "news/<token>"}
BRAND = {"console/brand/style", "console/brand/logo/<digest>"}  # what the sign-in page wears
OFFICE_ENTRANCE = {"operator/sign-in", "operator/sign-in/passkey", "operator/welcome/<token>", "operator/sign-out"}
PUBLIC = PROBES | BEARER | FRONT | LISTS | OFFICE_ENTRANCE | BRAND | {
    "", "console/sign-in", "console/sign-in/passkey", "console/reset-password",
}  # fmt: skip
OWN = "console/settings/sign-in/"
# The back office: on the base domain, for operators.
OFFICE = "operator/"
OFFICE_SIGN_IN = "/operator/sign-in"
REGISTRY = "operator/registry/draft/"
# Pages with a form that comes back to them.
READ_AND_WRITTEN = {
    "operator/sign-in", "operator/sign-in/second-factor", "operator/welcome/<token>", "operator/me/app",
    "operator/me/passkeys", "operator/me/password", "operator/objections/<slug:slug>/<uuid:objection>",
    *(f"{REGISTRY}{path}" for path in ("provider", "regions/new", "regions/<str:region>", "subprocessors/new",
      "subprocessors/<str:company>", "subprocessors/<str:company>/engagements/new",
      "subprocessors/<str:company>/engagements/<str:engagement>", "prose/new", "prose/<str:block>", "publication")),
    "console/sign-in", "console/sign-in/second-factor", "console/reset-password", "console/reset-password/<token>",
    "console/confirm-address/<token>", "console/tickets/new", "console/settings/security", f"{OWN}confirmation",
    f"{OWN}password", f"{OWN}address", f"{OWN}app", f"{OWN}passkeys",
    "console/guide", "console/invitations/<token>", "console/welcome/<token>", "sign-up", "sign-up/<token>",
    "subprocessors/subscription", "subprocessors/subscription/<token>", "subprocessors/subscription/<token>/end",
    "standing", "standing/<token>", "standing/account/deletion", "consent/<token>", "news/<token>",
    "console/tickets/<code>/consents", "console/settings/closing",
    "console/settings/plan",
    *(f"console/settings/privacy/consent/{path}" for path in ("new", "<uuid:purpose_id>",
      "<uuid:purpose_id>/retirement")),
    "console/settings/profile", "console/settings/agents/new", "console/settings/agents/<uuid:member_id>",
    "console/settings/agents/<uuid:member_id>/removal", "console/settings/departments",
    "console/settings/departments/<uuid:department_id>", "console/settings/departments/<uuid:department_id>/archive",
    *(f"console/settings/mail-accounts/{path}" for path in ("new", "<uuid:mail_account_id>",
      "<uuid:mail_account_id>/removal")),
    "console/settings/mail-templates/words", "console/settings/mail-templates/preview", "console/settings/brand",
    "console/settings/notifications", "console/settings/notifications/defaults",
    "console/settings/privacy/agreement/signing", "console/settings/privacy/agreement/own",
    "console/settings/privacy/agreement/ending",
    "console/settings/privacy/region", "console/settings/privacy/requests/new",
    "operator/incidents/new", "operator/incidents/<uuid:incident_id>/facts", "operator/disclosures/new",
    "operator/incidents/<uuid:incident_id>/languages/<slug:language>",
    "operator/disclosures/<uuid:disclosure_id>", "console/settings/privacy/incidents/new",
    "console/settings/privacy/incidents/<uuid:own_id>", "console/settings/privacy/officer",
    "console/settings/privacy/support/new", "console/settings/privacy/support/<uuid:grant_id>/granting",
    "operator/accounts/<slug:slug>/support",
    "console/settings/privacy/exports/new", "console/bin", "console/bin/purge",
    "console/settings/privacy/retention/new", "console/settings/privacy/retention/<uuid:rule_id>",
    "console/settings/privacy/holds/new", "console/settings/privacy/holds/<uuid:hold_id>/lifting",
    "console/settings/privacy/erasures/new", "console/settings/privacy/erasures/<uuid:erasure_id>",
    "console/settings/privacy/recipients/<uuid:telling_id>",
    *(f"console/settings/privacy/own-services/{path}" for path in ("new", "<uuid:service_id>",
      "<uuid:service_id>/retirement")),
    "console/settings/privacy/report",
    "console/settings/general", "console/settings/tags", "console/settings/tags/<uuid:tag_id>",
    "console/tickets/new/draft", "console/tickets/<code>/draft", "console/messages/<uuid:message_id>/redaction",
}  # fmt: skip
# GET of what only a change needs: refused like the change itself.
OF_A_CHANGE = {
    "console/tickets/<code>/assignees", "console/tickets/<code>/draft", "console/tickets/<code>/tags/choices",
    "console/messages/<uuid:message_id>/redaction",
}  # fmt: skip
# POST where a reader in the department is not refused, and why.
READERS_MAY: dict[str, str] = {
    "console/tickets/<code>/presence": "readers look, too",
    "console/tickets/<code>/undoing": "one's own change; another's is not found, and its own permission is asked for",
    "console/reset-password/<token>": "who holds the token",
    "console/invitations/<token>": "who holds the token",
    "console/welcome/<token>": "who holds the token",
    "sign-up/<token>": "who holds the token",
    "consent/<token>": "who holds the token",
    "news/<token>": "who holds the token",
    "standing/<token>": "who holds the token",
    "subprocessors/subscription/<token>": "who holds the token",
    "subprocessors/subscription/<token>/end": "who holds the token",
    "console/confirm-address/<token>": "one's own address; another's is not found",
    "console/settings/sign-in/passkeys/<int:passkey_id>/name": "one's own; another's is not found",
    "console/settings/sign-in/passkeys/<int:passkey_id>/removal": "one's own; another's is not found",
    "console/settings/sessions/<uuid:session_id>/end": "one's own; another's is not found",
}
