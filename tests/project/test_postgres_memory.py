"""How much memory the embedded server is given."""

import pytest

from steward.project.postgres.memory import memory, shared_buffers

GIB = 2**30


@pytest.mark.parametrize(
    ("has", "given"),
    [(GIB // 2, "256MB"), (GIB, "256MB"), (4 * GIB, "512MB"), (24 * GIB, "3072MB"), (999 * GIB, "4096MB")],
)
def test_an_eighth_within_bounds(has, given):
    assert shared_buffers(has) == given


def test_a_container_has_what_it_may_use(tmp_path):
    limit, none = tmp_path / "memory.max", tmp_path / "absent"
    limit.write_text("536870912\n")
    assert memory((none, limit)) == GIB // 2


def test_without_a_limit_it_is_the_machines(tmp_path):
    limit = tmp_path / "memory.max"
    limit.write_text("max\n")
    assert memory((limit,)) == memory(()) > GIB // 2
