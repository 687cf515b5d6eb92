"""University physics on a figure that says what the text does not, with four options.

PhyX: Shen et al. 2025, Does Your Model Have the "Wits" for Physical Reasoning?, arXiv:2505.15929.
``{"extra_params": {"testmini": true}}`` takes the official thousand.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, prompts, scoring

from .phyx import MINI, SOURCE, in_part, options_of, question_of


@benchmark(
    "phyx_mc",
    pretty_name="PhyX-MC",
    dataset=SOURCE,
    keep=in_part,
    extra_params=MINI,
    prompt=prompts.CHOICE,
    scorer=scoring.choice_answer(),
    tags=["multimodal", "multiple_choice", "physics"],
)
def test_phyx_mc(record) -> Sample:
    return Sample(question_of(record), record["answer"].strip(), options_of(record), id=str(record["index"]))
