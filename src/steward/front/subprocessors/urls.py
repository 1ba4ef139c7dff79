"""Addresses of the list of subprocessors."""

from django.urls import path

from steward.front.subprocessors import subscription, views

urlpatterns = [
    path("subprocessors", views.page, name="subprocessors"),
    path("subprocessors/", views.with_slash, name="subprocessors-slash"),
    path("subprocessors.json", views.as_json, name="subprocessors-json"),
    path(".well-known/subprocessors.json", views.as_json, name="subprocessors-well-known"),
    path("subprocessors.atom", views.as_atom, name="subprocessors-atom"),
    path("subprocessors/feed.json", views.as_json_feed, name="subprocessors-feed"),
    path("subprocessors/subscription", subscription.subscribe, name="subscribe"),
    path("subprocessors/subscription/sent", subscription.sent, name="subscribe-sent"),
    path("subprocessors/subscription/<token>", subscription.confirm, name="subscription"),
    path("subprocessors/subscription/<token>/end", subscription.end, name="subscription-end"),
]
