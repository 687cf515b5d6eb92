"""The word problems of GSM8K, drawn as a few pictures each.

GSM8K-V: Yuan et al. 2025, Can Vision Language Models Solve Grade School Math Word Problems in Visual Contexts,
arXiv:2509.25160.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, hub, prompts, scoring, text

from .own_media import listed


@benchmark(
    "gsm8k_v",
    pretty_name="GSM8K-V",
    dataset=hub("evalscope/GSM8K-V", split="train"),
    prompt=prompts.BOXED,
    scorer=scoring.math_answer(),
    tags=["multimodal", "math"],
)
def test_gsm8k_v(record) -> Sample:
    pictures = prompts.needed(listed(record["image"], "pictures"))
    question, about = [text(record["modify_scene_related_question"]), *pictures], {"category": record["category"]}
    return Sample(question, str(record["answer"]), metadata=about, id=str(record["index"]))
