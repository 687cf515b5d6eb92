"""Questions on crowded paintings, whose right answers are not published: only replies are counted.

VisualOverload: Gavrikov et al. 2025, Probing Visual Understanding of VLMs in Really Dense Scenes, arXiv:2509.25339.
``response_present`` says nothing about right or wrong; the authors' server scores the replies.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, Score, Scorer, benchmark, hub, image, text
from evalscope_pytest.scoring.read.visible import visible


def replied(reply, sample) -> Score:
    said = visible(reply).strip()
    return Score(response_present=float(bool(said)), answer=said[:200] or None)


@benchmark(
    "visualoverload",
    pretty_name="VisualOverload",
    dataset=hub("evalscope/visualoverload"),
    scorer=Scorer("replied", ("response_present",), replied, lambda sample: "A"),
    tags=["multimodal", "dense_scenes"],
)
def test_visualoverload(record) -> Sample:
    question = [image(record["image"]), text(record["default_prompt"])]
    return Sample(question, id=str(record["question_id"]))
