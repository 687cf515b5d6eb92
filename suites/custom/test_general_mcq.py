"""Your own multiple-choice questions, without code.

A folder (``dataset_id``) of ``{subset}_val.jsonl`` (or csv, tsv, parquet) with the fields ``question``, ``A``, ``B``
and so on, and ``answer``, a letter. A list ``choices`` in place of A, B ... is read as well, and its answer may also be
a position from 0. Exemplars, if ``few_shot_num`` asks for some, come from ``{subset}_dev``.

``extra_params``: ``multiple_correct`` if several options may be right (``answer`` is then ``["A", "C"]``, ``"AC"``
or ``"A,C"``), ``use_cot`` to let the model reason first.
"""

from evalscope_pytest import FewShot, Sample, benchmark, local, prompts, scoring

from .choices import choices_of, target_of
from .unsent import log_unsent

PROMPTS = {
    (False, False): prompts.CHOICE_ZH,
    (False, True): prompts.CHOICE_STEPWISE_ZH,
    (True, False): prompts.CHOICES_ZH,
    (True, True): prompts.CHOICES_STEPWISE_ZH,
}


def variant(params):
    scorer = (scoring.multi_choice_accuracy if params["multiple_correct"] else scoring.choice_answer)(language="zh")
    prompt = PROMPTS[params["multiple_correct"], params["use_cot"]]
    return {"prompt": prompt, "scorer": scorer, "metrics": scorer.metrics}


@benchmark(
    "general_mcq",
    version="2",
    pretty_name="General-MCQ",
    dataset=local("", split="val"),
    prompt=prompts.CHOICE_ZH,
    few_shot=FewShot(0, split="dev", shot=prompts.CHOICE_SHOT_ZH, prompt=prompts.SHOTS_ZH),
    scorer=scoring.choice_answer(language="zh"),
    extra_params={"multiple_correct": False, "use_cot": False},
    variant=variant,
    tags=["custom", "multiple_choice"],
)
def test_general_mcq(record) -> Sample:
    log_unsent(record, "general_vmcq")
    choices = choices_of(record)
    metadata = {name: str(record[name]) for name in ("id", "category") if name in record}
    return Sample(record["question"], target_of(record, choices), choices, metadata=metadata)
