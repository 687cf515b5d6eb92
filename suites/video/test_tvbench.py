"""Questions on what happens when in short videos, which no single frame answers, in ten tasks.

TVBench: Cores et al. 2024, Lost in Time: A New Temporal Benchmark for VideoLLMs, arXiv:2410.07752. One task is
evaluated unless ``subset_list`` names others: ``action_antonym``, ``action_count``, ``action_localization``,
``action_sequence``, ``egocentric_sequence``, ``moving_direction``, ``object_count``, ``object_shuffle``,
``scene_transition``, ``unexpected_action``. ``video_dir`` is a folder with the videos; without it they are taken from
the dataset's archives.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, hub, prompts, scoring

from .clips import clip, in_video_dir, of_candidates, of_tvbench


@benchmark(
    "tvbench",
    pretty_name="TVBench",
    dataset=hub("evalscope/TVBench", subsets=["action_count"], split="train", config="json"),
    prompt=prompts.CHOICE_STEPWISE,
    scorer=scoring.choice_answer(),
    extra_params={"video_dir": ""},
    variant=in_video_dir,
    tags=["multimodal", "video", "multiple_choice"],
)
def test_tvbench(record, subset, extra_params) -> Sample:
    return of_candidates(record, clip(record, of_tvbench(subset, str(record["video"])), extra_params, subset))
