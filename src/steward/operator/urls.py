"""Addresses of the back office, on the base domain."""

from django.urls import include, path

from steward.operator.views import (
    accounts,
    agreements,
    installation,
    jobs,
    log,
    mail,
    me,
    objections,
    overview,
    signing,
)
from steward.operator.views.registry import versions

app_name = "operator"
urlpatterns = [
    path("", overview.overview, name="overview"),
    path("sign-in", signing.sign_in, name="sign-in"),
    path("sign-in/passkey", signing.passkey, name="passkey"),
    path("sign-in/second-factor", signing.second_factor, name="second-factor"),
    path("sign-out", signing.sign_out, name="sign-out"),
    path("welcome/<token>", signing.welcome, name="welcome"),
    path("accounts", accounts.accounts, name="accounts"),
    path("accounts/<slug:slug>", accounts.account, name="account"),
    path("accounts/<slug:slug>/count", accounts.count, name="account-count"),
    path("accounts/<slug:slug>/suspension", accounts.suspension, name="account-suspension"),
    path("accounts/<slug:slug>/resumption", accounts.resumption, name="account-resumption"),
    path("objections", objections.objections, name="objections"),
    path("objections/<slug:slug>/<uuid:objection>", objections.objection, name="objection"),
    path("objections/undelivered/<uuid:delivery>/settlement", objections.settlement, name="undelivered-settlement"),
    path("registry", versions.overview, name="registry"),
    path("registry/", include("steward.operator.registry_urls")),
    path("agreements", agreements.agreements, name="agreements"),
    path("agreements/<uuid:agreement_id>", agreements.agreement, name="agreement"),
    path("agreements/<uuid:agreement_id>/review", agreements.review, name="agreement-review"),
    path("agreements/<uuid:agreement_id>/answer", agreements.answer, name="agreement-answer"),
    path("agreements/<uuid:agreement_id>/countersignature", agreements.countersigning, name="agreement-countersigning"),
    path("agreements/<uuid:agreement_id>/files/<slug:part>", agreements.file, name="agreement-file"),
    path("jobs", jobs.jobs, name="jobs"),
    path("jobs/numbers", jobs.numbers, name="jobs-numbers"),
    path("jobs/retry", jobs.retry_kind, name="jobs-retry"),
    path("jobs/<int:job_id>/retry", jobs.retry, name="job-retry"),
    path("mail", mail.mail, name="mail"),
    path("mail/retry", mail.retry, name="mail-retry"),
    path("installation", installation.installation, name="installation"),
    path("log", log.log, name="log"),
    path("me", me.me, name="me"),
    path("me/app", me.app, name="app"),
    path("me/passkeys", me.passkeys, name="passkeys"),
    path("me/factors/<int:factor_id>/removal", me.factor_removal, name="factor-removal"),
    path("me/passkeys/<int:factor_id>/name", me.passkey_name, name="passkey-name"),
    path("me/recovery-codes", me.recovery_codes, name="recovery-codes"),
    path("me/password", me.password, name="password"),
    path("me/sessions/end", me.sessions_end, name="sessions-end"),
]
