"""What becomes of each table of an account when it is terminated: emptied, because somebody set it up, or kept.

Whoever adds a table sorts it here, or a test fails. Some columns of tables that stay are set up, too: `configuration`.
"""

from typing import Final

# What the account set up to be reached, to reach others, and to have done by itself. All of it is entered anew.
CONFIGURATION: Final = frozenset({
    "brand_brand",
    "email_mailaccount",
    "email_mailboxcopies",  # with the mailbox
    "email_mailboxposition",  # with the mailbox
    "email_mailtemplate",
    "notifications_noticedefaults",
    "people_invitation",
    "recipients_tellingrules",
    "retention_retentionrule",
    "tickets_ticketrules",
})  # fmt: skip

# Rows stay, without what was set up in them: what else refers to them, or they guard what stays.
IN_PART: Final = frozenset({
    "egress_connector",  # retired, without its password: the ledger of what left refers to it
    "people_department",  # without signatures: tickets stand in it
    "people_securitypolicy",  # without networks. Who needs a second factor, and for how long one stays: as it was
})  # fmt: skip

# People, what they wrote, and what follows from it.
DATA: Final = frozenset({
    "contacts_contact", "contacts_contactaddress", "email_automaticanswer", "email_rawmail", "exports_export",
    "files_file", "live_presence", "mentions_mention", "notifications_accountnotice", "notifications_notice",
    "notifications_noticeclock", "notifications_recipient", "outbox_outgoingmail", "people_departmentmembership",
    "people_membership", "takeout_accountcopy", "tickets_attachment", "tickets_draft", "tickets_draftattachment",
    "tickets_message", "tickets_participant", "tickets_searchentry", "tickets_tag", "tickets_ticket",
    "tickets_tickettag",
})  # fmt: skip

# What was agreed, ordered, answered or held, who did what, and whom to tell of a breach: never less than before.
RECORDS: Final = frozenset({
    "agreements_agreement", "agreements_termsacceptance", "agreements_textnotice", "audit_auditpolicy",
    "audit_verification", "consent_consentrecord", "consent_purpose", "consent_purposetext", "egress_accountterms",
    "egress_authorisation", "egress_egressevent", "erasure_erasure", "events_event", "events_eventclock",
    "events_read", "events_readclock", "holds_legalhold", "incidents_disclosurenotice", "incidents_dpocontact",
    "incidents_notice", "incidents_ownincident", "lifecycle_invoice", "lifecycle_reopeningorder",
    "recipients_recipient", "recipients_telling", "requests_privacyrequest", "retention_retentionrun",
    "subprocessors_changenotice", "subprocessors_noticedelivery", "support_access_supportgrant",
    "support_access_supportsession", "tenancy_regionmoveorder",
})  # fmt: skip
