"""Addresses of the front door, on the base domain."""

from django.urls import include, path

from steward.front import agreeing, certificates, news, views

app_name = "front"
urlpatterns = [
    path("", include("steward.front.subprocessors.urls")),
    path("", include("steward.front.standing.urls")),
    path("certificates/<uuid:account_id>/<token>", certificates.certificates, name="certificates"),
    path("certificates/<uuid:account_id>/<token>/<slug:of>.<slug:kind>", certificates.file, name="certificate-file"),
    path("account", views.to_account, name="to-account"),
    path("sign-up", views.sign_up, name="sign-up"),
    path("sign-up/address", views.slug_check, name="slug-check"),
    path("sign-up/sent", views.sent, name="sent"),
    path("sign-up/<token>", views.confirm, name="confirm"),
    path("news/<token>", news.news, name="news"),
    path("sign-up/<token>/agreement.pdf", agreeing.agreement_draft_file, name="agreement-draft"),
]
