"""University physics on a figure that says what the text does not; the answer is a value with its unit, or a formula.

PhyX: Shen et al. 2025, Does Your Model Have the "Wits" for Physical Reasoning?, arXiv:2505.15929.
``{"extra_params": {"testmini": true}}`` takes the official thousand.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, prompts
from evalscope_pytest.judge.prompts import same_answer

from .physical_quantity import quantity_answer
from .phyx import MINI, SOURCE, in_part, options_of, question_of


@benchmark(
    "phyx_oe",
    pretty_name="PhyX-OE",
    dataset=SOURCE,
    keep=in_part,
    extra_params=MINI,
    prompt=prompts.BOXED,
    scorer=quantity_answer(),
    judge=same_answer("phyx_oe"),
    tags=["multimodal", "physics", "reasoning"],
)
def test_phyx_oe(record) -> Sample:
    target = options_of(record)["ABCD".index(record["answer"].strip())]
    return Sample(question_of(record), target, id=str(record["index"]))
