"""How the code is put together: the rules of the house that a machine can read."""

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from django.core.management import call_command

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "steward"
FILES = sorted(path for path in SOURCE.rglob("*.py") if "migrations" not in path.parts)
TREES = {path: ast.parse(path.read_text()) for path in FILES}

BANNED = {"utils", "helpers", "services", "managers", "common", "misc", "data", "info", "obj", "handle", "process"}
CLOCK = SOURCE / "lib" / "clock.py"
CALLS_FOR_THE_TIME = {
    "datetime.now", "datetime.utcnow", "datetime.today", "date.today", "timezone.now", "time.time",
    "time.time_ns", "time.localtime", "time.gmtime", "time.ctime", "functions.Now",
}  # fmt: skip
# With a moment as argument these only convert it.
NEED_A_MOMENT = {"timezone.localtime", "timezone.localdate", "localtime", "localdate"}
MEASURES = "bench/"  # asks the machine how long something took
ASK_THE_DATABASE = {"operator/gauges.py"}  # an age of what procrastinate has stamped by the database's clock
# Keeps what is younger than thirty days from whoever asks: a time that they name themselves would open it.
# A grant to support is over when it is by either clock.
TRUST_THE_DATABASE = {
    "people/migrations/0008_forgetting_operator_acts.py",
    "events/migrations/0006_reads.py",
    "events/migrations/0008_beginnings.py",
    "privacy/support_access/migrations/0002_staff.py",
}
SQL_FOR_THE_TIME = re.compile(
    r"\bnow\s*\(\s*\)|\bcurrent_(timestamp|date|time)\b|\blocaltimestamp\b|\b(clock|statement|transaction)_timestamp\s*\(",
    re.IGNORECASE,
)
STATEMENT = re.compile(r"\b(select|insert|update|delete|create|alter|where)\b", re.IGNORECASE)
# Only these know procrastinate: everybody else calls steward.jobs.
KNOW_THE_QUEUE = {"jobs", "project/working.py", "operator/gauges.py", "testing/jobs.py"}


def short(path):
    return path.relative_to(SOURCE).as_posix()


@cache
def walked():
    """Every node of every file, once for all tests."""
    return [(path, node) for path, tree in TREES.items() for node in ast.walk(tree)]


def nodes(kind):
    return [(path, node) for path, node in walked() if isinstance(node, kind)]


def dotted(node):
    """`datetime.now` for `datetime.datetime.now`: the last two names of a call."""
    parts = []
    while isinstance(node, ast.Attribute):
        parts.insert(0, node.attr)
        node = node.value
    return ".".join([*([node.id] if isinstance(node, ast.Name) else []), *parts][-2:])


def docstrings():
    for _path, node in nodes(ast.Module | ast.ClassDef | ast.FunctionDef):
        if ast.get_docstring(node):
            yield node.body[0].value


@pytest.mark.system
def test_imports_go_down_only():
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-1000:]


def test_the_sources_are_found():
    assert len(FILES) > 100


def test_only_the_clock_knows_the_time():
    asked = [
        f"{short(path)}:{node.lineno} {dotted(node)}"
        for path, node in nodes(ast.Attribute)
        if dotted(node) in CALLS_FOR_THE_TIME and path != CLOCK and not short(path).startswith(MEASURES)
    ]
    imported = [
        f"{short(path)}:{node.lineno} {alias.name} from {node.module}"
        for path, node in nodes(ast.ImportFrom)
        for alias in node.names
        if f"{(node.module or '').rpartition('.')[2]}.{alias.name}" in CALLS_FOR_THE_TIME
    ]
    without_moment = [
        f"{short(path)}:{node.lineno} {dotted(node.func)}"
        for path, node in nodes(ast.Call)
        if dotted(node.func) in NEED_A_MOMENT and not node.args
    ]
    assert asked + imported + without_moment == []


def test_no_statement_of_ours_asks_the_database_for_the_time():
    documentation = set(docstrings())
    found = [
        f"{short(path)}:{node.lineno}"
        for path, node in nodes(ast.Constant)
        if isinstance(node.value, str) and node not in documentation
        if short(path) not in ASK_THE_DATABASE | TRUST_THE_DATABASE
        if STATEMENT.search(node.value) and SQL_FOR_THE_TIME.search(node.value)
    ]
    migrations = {short(path) for path in SOURCE.rglob("migrations/*.py") if SQL_FOR_THE_TIME.search(path.read_text())}
    assert (found, migrations) == ([], TRUST_THE_DATABASE)


def test_jobs_are_queued_in_our_transaction_only():
    """A task's own `defer` goes over the worker's connection; the `defer` of a queryset names columns."""
    deferred = [
        f"{short(path)}:{node.lineno}"
        for path, node in nodes(ast.Call)
        if isinstance(node.func, ast.Attribute) and node.func.attr in {"defer", "defer_async", "batch_defer"}
        if not short(path).startswith("jobs/") and not all(isinstance(a, ast.Constant) for a in node.args or [node])
    ]
    importing = {
        short(path)
        for path, node in nodes(ast.Import | ast.ImportFrom)
        if any(name.split(".")[0] == "procrastinate" for name in imported_names(node))
    }
    strangers = {path for path in importing if path not in KNOW_THE_QUEUE and path.split("/")[0] not in KNOW_THE_QUEUE}
    assert (deferred, strangers) == ([], set())


def imported_names(node):
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]


VIEWS = {"views", "settings"}  # folders; `views.py` is one, too
ASKS_NOTHING = {"normalise"}  # of what a manager can, this goes to no table


def test_views_get_what_they_show_from_others():
    """A view asks `access` and `queries`, where who may see what is decided once, and never a table itself."""
    asked = [
        f"{short(path)}:{node.lineno} {ast.unparse(node)}"
        for path, node in nodes(ast.Attribute)
        if VIEWS & {*path.relative_to(SOURCE).parts[1:-1], path.stem}
        if isinstance(node.value, ast.Attribute) and node.value.attr in {"objects", "_default_manager", "_base_manager"}
        if node.attr not in ASKS_NOTHING
    ]
    assert asked == []


DECIDES = re.compile(r"\{%\s*(?:el)?if\b[^%]*\b(?:actor|me\.role|me\.sees_all|perms)\b")
# Of what somebody typed it is asked whether it can be, and not whether they may.
ASKS_WHAT_WAS_TYPED = {"console/settings/inviting.py"}


def test_no_view_and_no_template_decides_who_may():
    """Roles and what somebody sees are read in `access`, from one matrix; views and templates ask there."""
    given = {keyword.value for _, call in nodes(ast.Call) for keyword in call.keywords}  # handed on, not looked at
    deciding = [
        f"{short(path)}:{node.lineno} {ast.unparse(node)}"
        for path, node in nodes(ast.Attribute | ast.Compare)
        if VIEWS & {*path.relative_to(SOURCE).parts[1:-1], path.stem} and short(path) not in ASKS_WHAT_WAS_TYPED
        if (isinstance(node, ast.Attribute) and node.attr == "sees_all" and node not in given)
        or (isinstance(node, ast.Compare) and re.search(r"\bRole\.|\.role\b", ast.unparse(node)))
    ]
    templates = [short(path) for path in SOURCE.rglob("templates/**/*.html") if DECIDES.search(path.read_text())]
    assert (deciding, templates) == ([], [])


def test_packages_speak_by_events_not_by_signals():
    signals = [
        f"{short(path)}:{node.lineno}"
        for path, node in nodes(ast.Import | ast.ImportFrom)
        if any("signals" in name or name == "django.dispatch" for name in imported_names(node))
    ]
    assert signals == []


def test_nothing_is_called_by_a_name_that_says_nothing():
    parts = {part for path in FILES for part in (*path.relative_to(SOURCE).parts[:-1], path.stem)}
    vague = re.compile(r"\w+(Helper|Helpers|Utils?|Service|Handler|Info|Data|Misc|Common)")
    # The word is the standard's or the library's there: argparse and Django call it so.
    classes = [f"{short(p)} {n.name}" for p, n in nodes(ast.ClassDef) if vague.fullmatch(n.name)]
    functions = [
        f"{short(path)} {node.name}"
        for path, tree in TREES.items()
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.strip("_") in BANNED
    ]
    assert (parts & BANNED, classes, functions) == (set(), [], [])


def test_no_file_is_longer_than_a_sitting():
    assert [short(path) for path in FILES if len(path.read_text().splitlines()) > 400] == []


def test_no_function_is_longer_than_two_screens():
    long = [
        f"{short(path)} {node.name}: {node.end_lineno - node.lineno + 1} lines"
        for path, node in nodes(ast.FunctionDef | ast.AsyncFunctionDef)
        if node.end_lineno - node.lineno + 1 > 60
    ]
    assert long == []


def test_each_package_and_module_says_what_it_is():
    silent = [
        short(path)
        for path, tree in TREES.items()
        if not ast.get_docstring(tree) and not (path.stem == "__init__" and path.parent.name == "templatetags")
    ]
    assert silent == []


def test_packages_hold_no_code_of_their_own():
    allowed = ast.Import | ast.ImportFrom | ast.Expr | ast.Assign | ast.AnnAssign
    with_code = [
        short(path)
        for path, tree in TREES.items()
        if path.name == "__init__.py" and not all(isinstance(node, allowed) for node in tree.body)
    ]
    assert with_code == []


def test_nothing_that_serves_imports_what_tests_stand_on():
    importing = [
        short(path)
        for path, node in nodes(ast.Import | ast.ImportFrom)
        if path.parts[len(SOURCE.parts)] != "testing"
        if any(name.startswith("steward.testing") for name in imported_names(node))
    ]
    assert importing == []


def test_migrations_are_in_step_with_the_models(db):
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
