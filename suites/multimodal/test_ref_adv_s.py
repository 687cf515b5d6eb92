"""Objects found by a description among others of their kind, in photographs.

Ref-Adv: Dong et al. 2026, arXiv:2602.23898, of which Ref-Adv-s is the public part. The first box of a reply counts;
``2-3/ACC@0.5`` and its like are of pictures with as many distractors. ``prompt_mode`` is ``direct`` or ``cot``.
``pred_box_format`` is ``any`` (shares, thousandths or pixels, whichever fits best), ``abs_xyxy``, ``norm_1000_xyxy`` or
``norm_1_xyxy``.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, hub, image, text

from .located import among_others, as_wanted, found_by


@benchmark(
    "ref_adv_s",
    pretty_name="Ref-Adv-s",
    dataset=hub("evalscope/ref-adv-s", split="train"),
    scorer=among_others("any"),
    extra_params={"prompt_mode": "direct", "pred_box_format": "any"},
    variant=as_wanted,
    tags=["multimodal", "grounding"],
)
def test_ref_adv_s(record) -> Sample:
    about, words = found_by(record), record["normal_caption"]
    question, marks = [image(record["image"]), text(words)], {"<image>": text("")}  # EvalScope's template has the mark
    return Sample(question, str(list(record["solution"])), metadata=about, media=marks, id=str(record["row_idx"]))
