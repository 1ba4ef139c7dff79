"""Access by support: what people of the hosting company may see of an account, and only while it lets them.

A *grant* is the account's consent: why, who, which areas, reading or writing, from when until when. A *session* is one
operator's use of it. The database enforces both: whoever looks does so in the role `steward_staff`, whose policies ask
for the grant in every statement.
"""
