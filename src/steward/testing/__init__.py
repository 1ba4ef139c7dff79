"""What tests stand on: where they run, the database they get, the cast, the jobs.

Cast
    the two accounts and the people that every test knows.
Template
    the migrated database with the cast in it; each worker of the test runner gets a copy.

Nothing that serves imports this package.
"""
