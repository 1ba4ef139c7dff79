"""Contract 14, for every page of the console: none reads a table that grows from one end to the other."""

from steward.testing.plans import scans
from steward.testing.queries import queries_of


def test_no_page_reads_a_table_that_grows_to_its_end(console_route, world, northwind, as_if_large):
    browser = world.browser("ada", at="northwind")
    for path in world.paths(console_route):
        queries = queries_of(lambda path=path: world.ask(browser, "GET", path))
        assert scans(northwind, queries) == [], path
        assert [query for query in queries if " OFFSET " in query] == []  # the next page begins after a key
