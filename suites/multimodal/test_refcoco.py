"""Objects in photographs: described by a caption, or found by a description.

RefCOCO: Yu et al. 2016, Modeling Context in Referring Expressions, arXiv:1608.00272. ``eval_mode`` is ``bbox`` or
``seg`` (a caption of what is outlined, scored as `msr_vtt` is) or ``bbox_rec`` (a box for each description).

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, hub

from .regions import captions, in_mode, records, region


@benchmark(
    "refcoco",
    pretty_name="RefCOCO",
    dataset=hub("lmms-lab/RefCOCO", subsets=["test", "val", "testA", "testB"]),
    records=records,
    prompt="{question}\nAnswer with a word or a short phrase.",
    scorer=captions(),
    extra_params={"eval_mode": "bbox"},
    variant=in_mode,
    tags=["multimodal", "grounding", "captioning"],
)
def test_refcoco(record, extra_params) -> Sample:
    return region(record, extra_params["eval_mode"])
