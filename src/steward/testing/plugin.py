"""The first thing pytest loads (`-p steward.testing.plugin`): the settings are read right after, by pytest-django."""

from steward.testing.environment import set_up

set_up()
