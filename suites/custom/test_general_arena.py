"""Models compared over replies they gave in earlier runs: each pair judged in both orders, ratings with intervals.

Parameters (``extra_params``): ``models``, a list of ``{"name": ..., "report_path": ...}``; ``baseline``, the model all
others are compared with (without one each meets each); ``mode``, ``single`` to score each reply by itself; ``votes``,
files that people have filled in, which then decide in place of a judge. See docs/arena.md.
"""

from evalscope_pytest import benchmark, local
from evalscope_pytest.arena.after_run import ratings
from evalscope_pytest.arena.general import PARAMETERS, WIN_RATE, decided, definition, to_sample


@benchmark(
    "general_arena",
    version="2",
    pretty_name="GeneralArena",
    dataset=local(""),
    to_sample=to_sample,
    metrics=[WIN_RATE],
    extra_params=PARAMETERS,
    variant=definition,
    after_run=ratings,
    tags=["custom", "arena"],
)
async def test_general_arena(sample):
    return decided(sample)
