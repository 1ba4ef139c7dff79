"""Tickets and their conversations, whatever channel they come through.

Owns: Ticket, Message, Participant, Attachment, Draft, the search entries; the statuses and what may follow what.
"""
