"""Django knows the separators and does not group (CLDR, `vi`)."""

NUMBER_GROUPING = 3
DATE_FORMAT = r"j \t\há\n\g n \nă\m Y"
DATETIME_FORMAT = r"H:i, j \t\há\n\g n \nă\m Y"
