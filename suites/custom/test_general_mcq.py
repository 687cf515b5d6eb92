"""Multiple-choice questions of your own, without code.

A folder (``dataset_id``) of ``{subset}_val.jsonl`` (or csv, tsv, parquet) with the fields ``question``, ``A``, ``B``
and so on, and ``answer``, a letter. A list ``choices`` in place of A, B ... is read as well, and its answer may also be
a position from 0. Exemplars, if ``few_shot_num`` asks for some, come from ``{subset}_dev``.

``extra_params``: ``multiple_correct`` where several options may be right (``answer`` is then ``["A", "C"]``, ``"AC"``
or ``"A,C"``), ``use_cot`` to let the model reason first.
"""

from evalscope_pytest import FewShot, Sample, benchmark, local
from evalscope_pytest.benchmarks.own_choices import choices_of, target_of
from evalscope_pytest.benchmarks.wording import (
    CHOICE_SHOT_ZH,
    CHOICE_STEPWISE_ZH,
    CHOICE_ZH,
    CHOICES_STEPWISE_ZH,
    CHOICES_ZH,
    SHOTS_ZH,
)
from evalscope_pytest.scoring import choice_answer, multi_choice_accuracy

PROMPTS = {
    (False, False): CHOICE_ZH,
    (False, True): CHOICE_STEPWISE_ZH,
    (True, False): CHOICES_ZH,
    (True, True): CHOICES_STEPWISE_ZH,
}


def to_sample(record) -> Sample:
    choices = choices_of(record)
    metadata = {name: str(record[name]) for name in ("id", "category") if name in record}
    return Sample(record["question"], target_of(record, choices), choices, metadata=metadata)


def variant(params):
    scorer = (multi_choice_accuracy if params["multiple_correct"] else choice_answer)(language="zh")
    prompt = PROMPTS[params["multiple_correct"], params["use_cot"]]
    return {"prompt": prompt, "scorer": scorer, "metrics": scorer.metrics}


@benchmark("general_mcq", version="2", pretty_name="General-MCQ", dataset=local("", split="val"), to_sample=to_sample,
           prompt=CHOICE_ZH, few_shot=FewShot(0, split="dev", shot=CHOICE_SHOT_ZH, prompt=SHOTS_ZH),
           extra_params={"multiple_correct": False, "use_cot": False}, variant=variant,
           scorer=choice_answer(language="zh"), tags=["custom", "multiple_choice"])  # fmt: skip
async def test_general_mcq(sample, model):
    return await model.generate(sample)
