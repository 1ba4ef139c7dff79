"""People who work in accounts.

Identity (User, sessions, addresses to sign in with) is per cell and holds what sign-in needs and nothing else.
Membership is owned by the account: name, role, signature live there. Departments and the role held in each.
"""
