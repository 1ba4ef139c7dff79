"""The addresses of the demo, on the base domain only; included only with STEWARD_DEMO=1."""

from django.urls import path

from steward.demo import views

app_name = "demo"
urlpatterns = [
    path("outbox", views.outbox, name="outbox"),
    path("outbox/", views.outbox_with_slash),
    path("outbox.json", views.outbox_json, name="json"),
    path("outbox/new", views.new, name="new"),
    path("outbox/<slug:mail_id>", views.mail, name="mail"),
    path("outbox/<slug:mail_id>/body", views.body, name="body"),
    path("outbox/<slug:mail_id>/raw", views.raw, name="raw"),
    path("outbox/<slug:mail_id>/mail.eml", views.eml, name="eml"),
    path("outbox/<slug:mail_id>/files/<int:number>", views.attachment, name="file"),
    path("outbox/<slug:mail_id>/answer", views.answer, name="answer"),
]
