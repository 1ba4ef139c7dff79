"""Addresses of the page about where an account stands."""

from django.urls import path

from steward.front.standing import asking, copies, page, reopening

urlpatterns = [
    path("standing", asking.ask, name="standing"),
    path("standing/sent", asking.sent, name="standing-sent"),
    path("standing/account", page.account, name="standing-account"),
    path("standing/account/lifting", page.lifting, name="standing-lifting"),
    path("standing/account/reopening", reopening.reopening, name="standing-reopening"),
    path("standing/account/reopening/withdrawal", reopening.reopening_withdrawal, name="standing-reopening-withdrawal"),
    path("standing/account/copy", page.copy, name="standing-copy"),
    path("standing/account/copy/passphrase", copies.copy_passphrase, name="standing-copy-passphrase"),
    path("standing/account/copy/archive", copies.copy_archive, name="standing-copy-archive"),
    path("standing/account/copy/removal", copies.copy_removal, name="standing-copy-removal"),
    path("standing/account/deletion", page.deletion, name="standing-deletion"),
    path("standing/account/deletion/withdrawal", page.withdrawal, name="standing-withdrawal"),
    path("standing/account/leaving", page.leaving, name="standing-leaving"),
    path("standing/<token>", asking.enter, name="standing-enter"),
]
