"""Telling people what concerns them: in the product, by mail, and on their desktop.

Owns: Notice (one person is told of one event), Recipient (how somebody wants to be told, and when mail to them is due),
NoticeDefaults (the account's), NoticeClock (how far the events of the account were gone through). Its main words: a
*kind* is why somebody is told, a *way* is how, a *wish* says which ways somebody wants for a kind.
"""
