"""Captions of short videos of all kinds, twenty references each.

MSR-VTT: Xu et al. 2016, A Large Video Description Dataset for Bridging Video and Language (CVPR). BLEU is that of all
captions together, CIDEr weighs words by the references of the whole split, METEOR matches equal words only.
``video_dir`` is a folder with the videos, ``video_extension`` replaces the extension of their names; without a folder
the service opens the record's address.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, hub

from .described import PARAMS, PROMPT, by_video, captions, described, in_video_dir


@benchmark(
    "msr_vtt",
    pretty_name="MSR-VTT",
    dataset=hub("AI-ModelScope/msr-vtt", split="validation"),
    records=by_video,
    prompt=PROMPT,
    scorer=captions(),
    extra_params=PARAMS,
    variant=in_video_dir,
    tags=["multimodal", "video", "captioning"],
)
def test_msr_vtt(record, extra_params) -> Sample:
    return described(record, extra_params)
