"""Questions on actions, objects, scenes and their order in short videos, in twenty tasks.

MVBench: Li et al. 2023, A Comprehensive Multi-modal Video Understanding Benchmark, arXiv:2311.17005. One task is
evaluated unless ``subset_list`` names others. ``video_dir`` is a folder with the videos; without it they are taken from
the dataset's archives.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, hub, prompts, scoring

from .clips import clip, in_video_dir, of_candidates, of_mvbench


@benchmark(
    "mvbench",
    pretty_name="MVBench",
    dataset=hub("PKU-Alignment/MVBench", subsets=["action_antonym"], split="train", config="json"),
    prompt=prompts.CHOICE_STEPWISE,
    scorer=scoring.choice_answer(),
    extra_params={"video_dir": ""},
    variant=in_video_dir,
    tags=["multimodal", "video", "multiple_choice"],
)
def test_mvbench(record, subset, extra_params) -> Sample:
    return of_candidates(record, clip(record, of_mvbench(subset, str(record["video"])), extra_params, subset))
