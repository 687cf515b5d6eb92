"""Problems of the International Mathematical Olympiad and its like that have a short answer.

IMO-AnswerBench: Luong et al. 2025, Towards Robust Mathematical Reasoning, arXiv:2511.01846.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, hub, prompts, scoring
from evalscope_pytest.judge.prompts import same_answer

FIELDS = ["Algebra", "Combinatorics", "Geometry", "Number theory"]


@benchmark(
    "imo_answerbench",
    pretty_name="IMO-AnswerBench",
    dataset=hub("evalscope/imo-answerbench", subsets=FIELDS, split="train", subset_by="Category"),
    prompt=prompts.BOXED,
    scorer=scoring.math_answer(),
    judge=same_answer("imo_answerbench"),
    tags=["math", "reasoning"],
)
def test_imo_answerbench(record) -> Sample:
    about = {"subcategory": record["Subcategory"], "source": record["Source"]}
    return Sample(record["Problem"], str(record["Short Answer"]), metadata=about, id=record["Problem ID"])
