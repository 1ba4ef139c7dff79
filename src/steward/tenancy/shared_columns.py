"""What the tables without account hold, column by column. A contract compares this with the database itself.

It stands here and not at the fields, because half of these tables are those of Django, allauth and procrastinate.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from steward.privacy.inventory import Erase, Holding, Whose

_EMAIL = "user.contact.email"


@dataclass(frozen=True, slots=True)
class Shared:
    """One table: columns about people with what they hold, and the names of those that are about nobody."""

    others: str
    personal: Mapping[str, Holding]

    @property
    def columns(self) -> frozenset[str]:
        return frozenset(self.others.split()) | self.personal.keys()


def _about(whose: Whose, category: str, purpose: str = "security") -> Holding:
    return Holding(True, whose, category, purpose, Erase.DELETE_ROW)


def _shared(others: str, **personal: Holding) -> Shared:
    return Shared(others, personal)


TABLES: Mapping[str, Shared] = {
    "tenancy_region": _shared("code name countries"),
    "tenancy_datacentre": _shared("code region_id country host"),
    "tenancy_account": _shared(
        "id slug name state state_since refuses_mail mail_held_until departing_since data_centre_id language time_zone "
        "terms_version terms_accepted_at created_at"
    ),
    "tenancy_takenslug": _shared("slug taken_at"),
    "tenancy_usage": _shared("account_id agents tickets stored counted_at"),
    "tenancy_domain": _shared("host account_id serves_console receives_mail"),
    "lifecycle_plan": _shared(
        "code has_clock trial_days grace_days suspended_days terminated_days deleted_days warning_days mail_held_days "
        "cooling_days"
    ),
    "lifecycle_standing": _shared(
        "account_id plan_id trial_ends_at respite_until stage_due_at suspended_because unpaid_since next_stage next_at "
        "clock_left warned_days look_at asked_at lift_asked_at copy_ordered_at deletion_ordered_at leaves_at"
    ),
    "lifecycle_departure": _shared(
        "account_id is_ordered begun_at counted_at before erased reached_table reached_id key_destroyed_at key_copies "
        "deleted_at backups_end_at gone_at fault",
        told=_about(Whose.AGENT, _EMAIL, "privacy"),
    ),
    "lifecycle_accountcertificate": _shared("number account_id of content sha256 made_at"),
    "lifecycle_keptinvoice": _shared(
        "id account_id number issued_to amount currency issued_at due_at state settled_at kept_until"
    ),
    "people_user": _shared(
        "id is_active",
        email=_about(Whose.AGENT, _EMAIL),
        password=_about(Whose.AGENT, "user.authorization.password"),
    ),
    "outbox_installationmail": _shared(
        "id purpose state attempts reason is_watched created_at next_attempt_at finished_at",
        recipient=_about(Whose.AGENT, _EMAIL),
        content=_about(Whose.AGENT, "user.content"),
    ),
    "people_mailedlink": _shared(
        "token_hash purpose user_id account_id expires_at", address=_about(Whose.AGENT, _EMAIL)
    ),
    "people_knownbrowser": _shared(
        "user_id", mark=_about(Whose.AGENT, "user.device.cookie_id"), seen_at=_about(Whose.AGENT, "user.behavior")
    ),
    "people_throttle": _shared("tries ends_at", key=_about(Whose.ANYBODY, "user.device.ip_address")),
    "mfa_authenticator": _shared(
        "id user_id type created_at last_used_at", data=_about(Whose.AGENT, "user.authorization.credentials")
    ),
    "people_operator": _shared("user_id created_at"),
    "people_operatoract": _shared(
        "id operator_id account_id about",
        at=_about(Whose.OPERATOR, "user.behavior", "audit"),
        act=_about(Whose.OPERATOR, "user.behavior", "audit"),
    ),
    "people_session": _shared(
        "session_key expire_date handle user_id account_id",
        session_data=_about(Whose.AGENT, "user.unique_id"),
        device=_about(Whose.AGENT, "user.device"),
        began_at=_about(Whose.AGENT, "user.behavior"),
        seen_at=_about(Whose.AGENT, "user.behavior"),
    ),
    "people_signup": _shared(
        "id slug company region terms_version terms_accepted_at token_hash created_at expires_at",
        name=_about(Whose.VISITOR, "user.name"),
        email=_about(Whose.VISITOR, _EMAIL),
        language=_about(Whose.VISITOR, "user.demographic.language"),
    ),
    "people_passage": _shared("token_hash user_id account_id expires_at"),
    "account_emailaddress": _shared("id verified primary user_id", email=_about(Whose.AGENT, _EMAIL)),
    "account_emailconfirmation": _shared("id created sent key email_address_id"),
    "auth_group": _shared("id name"),
    "auth_group_permissions": _shared("id group_id permission_id"),
    "auth_permission": _shared("id name content_type_id codename"),
    "django_content_type": _shared("id app_label model"),
    "django_migrations": _shared("id app name applied"),
    "steward_cache": _shared("cache_key value expires"),
    "email_arrival": _shared("id account_id raw_id attempts not_before"),
    # `args` are ids: a contract goes through the arguments of every task.
    "procrastinate_jobs": _shared(
        "id queue_name task_name priority lock queueing_lock args status scheduled_at attempts abort_requested "
        "worker_id"
    ),
    "procrastinate_events": _shared("id job_id type at"),
    "procrastinate_periodic_defers": _shared("id task_name defer_timestamp job_id periodic_id"),
    "procrastinate_workers": _shared("id last_heartbeat"),
    "jobs_failure": _shared("job_id error at"),
    "egress_installationegress": _shared(
        "id traffic engagement purpose categories host port calls bytes is_allowed reason_code registry_version at"
    ),
    # Contacts of the companies on the list are in its documents: business addresses, which the list makes public.
    "egress_registryversion": _shared(
        "number sha256 summary published_at effective_at binds_notice imported_at drafted_by approved_by alone_because",
        document=_about(Whose.ANYBODY, "user.contact", "privacy"),
    ),
    "subprocessors_registrydraft": _shared(
        "id is_open based_on summary effective_at edition edited_by approved_by approved_at alone_because opened_at "
        "changed_at",
        document=_about(Whose.ANYBODY, "user.contact", "privacy"),
    ),
    # Who wrote an audit's report, or signed an agreement, stands in it.
    "subprocessors_keptpaper": _shared(
        "sha256 size content_type added_at", content=_about(Whose.ANYBODY, "user.content", "privacy")
    ),
    "subprocessors_subscription": _shared(
        "id created_at confirmed_at told_version mail_id paused_at",
        address=_about(Whose.VISITOR, _EMAIL, "privacy"),
        address_hash=_about(Whose.VISITOR, _EMAIL, "privacy"),
        language=_about(Whose.VISITOR, "user.demographic.language", "privacy"),
    ),
    # Operators write these words for accounts to read; whoever answers questions is named in `contact`.
    "incidents_incident": _shared(
        "id number title kinds detected_at aware_at state state_since nature persons_about data_about "
        "consequences measures risk authority_told_at authority_reference authority_why_not warned_at alarmed_at "
        "language",
        contact=_about(Whose.OPERATOR, "user.contact", "privacy"),
        wordings=_about(Whose.OPERATOR, "user.contact", "privacy"),
    ),
    "incidents_step": _shared(
        "id incident_id operator_id what words",
        at=_about(Whose.OPERATOR, "user.behavior", "audit"),
    ),
    "incidents_affected": _shared(
        "id incident_id account_id persons records added_at asked_phase asked_closing phase told_at last_told_at "
        "is_told_all"
    ),
    "incidents_letter": _shared("id about_id account_id notice_id membership_id mail_id state reason at settled_at"),
    "incidents_disclosure": _shared(
        "id number authority legal_basis demanded_on asked given is_secret secret_until created_at created_by"
    ),
    "incidents_disclosedaccount": _shared("id disclosure_id account_id persons records told_at"),
    "subprocessors_matter": _shared("id kind account_id about_id since due_at"),
    "marketing_marketingconsent": _shared(
        "id account_id text_version channel given_at ends_at",
        address_hash=_about(Whose.VISITOR, _EMAIL, "marketing"),
        person=_about(Whose.VISITOR, "user.contact", "marketing"),
        language=_about(Whose.VISITOR, "user.demographic.language", "marketing"),
    ),
    "agreements_review": _shared("agreement_id account_id state submitted_at due_at closed_at"),
}
