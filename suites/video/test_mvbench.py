"""Questions on actions, objects, scenes and their order in short videos, in twenty tasks.

MVBench: Li et al. 2023, A Comprehensive Multi-modal Video Understanding Benchmark, arXiv:2311.17005. One task is
evaluated unless ``subset_list`` names others. ``video_dir`` is a folder with the videos; without it they are taken from
the dataset's archives.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, hub, prompts, scoring
from evalscope_pytest.core.content import Packed

from .clips import clip, in_video_dir, of_candidates

ARCHIVES = {
    "ssv2_video": ["action_antonym"],
    "perception": ["action_count", "character_order", "object_shuffle", "state_change"],
    "sta": ["action_localization"],
    "star": ["action_prediction", "action_sequence", "object_interaction"],
    "clevrer": [
        "counterfactual_inference",
        "moving_attribute",
        "moving_count",
        "moving_direction",
        "object_existence",
    ],
    "vlnqa": ["egocentric_navigation"],
    "tvqa": ["episodic_reasoning"],
    "Moments_in_Time_Raw": ["fine_grained_action"],
    "nturgbd": ["fine_grained_pose"],
    "scene_qa": ["scene_transition"],
    "FunQA_test": ["unexpected_action"],
}
ARCHIVE_OF = {task: archive for archive, tasks in ARCHIVES.items() for task in tasks}


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
    source = Packed(f"video/{ARCHIVE_OF.get(subset, subset)}.zip", str(record["video"]), near=subset)
    return of_candidates(record, clip(record, source, extra_params, subset))
