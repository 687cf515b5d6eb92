"""Captions of short videos of one action each, some forty references each.

MSVD: Chen and Dolan 2011, Collecting Highly Parallel Data for Paraphrase Evaluation (ACL). Scored as ``msr_vtt``, with
its parameters.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, hub
from evalscope_pytest.scoring.captions import captions

from .clips import in_video_dir
from .described import PARAMS, PROMPT, by_video, described


@benchmark(
    "msvd",
    pretty_name="MSVD",
    dataset=hub("evalscope/MSVD"),
    records=lambda read, subset, params: by_video(read.rows()),
    prompt=PROMPT,
    scorer=captions(),
    extra_params=PARAMS,
    variant=in_video_dir,
    tags=["multimodal", "video", "captioning"],
)
def test_msvd(record, extra_params) -> Sample:
    return described(record, extra_params)
