"""What the tables of people have to choose from, in the words of the settings."""

from django.db import models
from django.utils.translation import pgettext_lazy


class Role(models.TextChoices):
    """What a person may do in the account as a whole."""

    OWNER = "owner", pgettext_lazy("role", "Owner")
    ADMIN = "admin", pgettext_lazy("role", "Admin")
    AGENT = "agent", pgettext_lazy("role", "Agent")


class DepartmentRole(models.TextChoices):
    """What a person may do in one department; each includes the ones before it."""

    READER = "reader", pgettext_lazy("department role", "Reader")
    SOLVER = "solver", pgettext_lazy("department role", "Solver")
    SUPERVISOR = "supervisor", pgettext_lazy("department role", "Supervisor")
    MANAGER = "manager", pgettext_lazy("department role", "Manager")


class Availability(models.TextChoices):
    """Whether a person takes work now; said by hand."""

    ONLINE = "online", pgettext_lazy("availability", "Online")
    AWAY = "away", pgettext_lazy("availability", "Away")
    OFF = "off", pgettext_lazy("availability", "Off")


class Appearance(models.TextChoices):
    """Light or dark pages."""

    SYSTEM = "system", pgettext_lazy("appearance", "As my device")
    LIGHT = "light", pgettext_lazy("appearance", "Light")
    DARK = "dark", pgettext_lazy("appearance", "Dark")


class Density(models.TextChoices):
    """How much of a ticket a list shows."""

    TWO_LINES = "two", pgettext_lazy("density of lists", "Two lines")
    ONE_LINE = "one", pgettext_lazy("density of lists", "One line")


class Afterwards(models.TextChoices):
    """Where one is once an answer was sent or a ticket left the list."""

    STAY = "stay", pgettext_lazy("after an answer", "Stay on the ticket")
    LIST = "list", pgettext_lazy("after an answer", "Back to the list")
    NEXT = "next", pgettext_lazy("after an answer", "On to the next ticket")


class Requires(models.TextChoices):
    """Who needs a second factor."""

    NOBODY = "nobody", pgettext_lazy("who needs a second factor", "Nobody has to; everybody can")
    ADMINS = "admins", pgettext_lazy("who needs a second factor", "Owners and admins")
    ALL = "all", pgettext_lazy("who needs a second factor", "Everybody")
