"""Captions of short videos of one action each, some forty references each.

MSVD: Chen and Dolan 2011, Collecting Highly Parallel Data for Paraphrase Evaluation (ACL). Scored as ``msr_vtt``, with
its parameters.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, hub

from .described import PARAMS, PROMPT, by_video, captions, described, in_video_dir


@benchmark(
    "msvd",
    pretty_name="MSVD",
    dataset=hub("evalscope/MSVD"),
    records=by_video,
    prompt=PROMPT,
    scorer=captions(),
    extra_params=PARAMS,
    variant=in_video_dir,
    tags=["multimodal", "video", "captioning"],
)
def test_msvd(record, extra_params) -> Sample:
    return described(record, extra_params)
