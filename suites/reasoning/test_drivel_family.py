"""Nonsense with depth: texts that are well-formed, absurd at first sight, and mean something.

Drivelology: Wang et al. 2025, Drivel-ology: Challenging LLMs with Interpreting Nonsense with Depth, arXiv:2509.03867.
``drivel_binary`` tells them from plain nonsense and plain sentences, ``drivel_multilabel`` names their devices,
``drivel_selection`` picks the story that they tell, and a judge rates what ``drivel_writing`` makes of it, without a
BERTScore.

Records of ``drivel_binary`` and ``drivel_writing`` not seen: they are read in their published shape.
"""

from evalscope_pytest import FewShot, Sample, benchmark, hub, scoring

from .drivel import DEVICES, IS_DRIVEL, MATCH, STORY, WHICH, WRITE
from .label_scores import label_scores

HUB = "extraordinarylab/drivel-hub"


@benchmark(
    "drivel_binary",
    pretty_name="DrivelologyBinaryClassification",
    dataset=hub(HUB, subsets=["binary-classification"]),
    prompt=IS_DRIVEL,
    few_shot=FewShot(0, split="test", shot="#Text#: {question}\n#Answer#: {target}"),
    scorer=scoring.yes_no(),
    tags=["humour", "yes_no"],
)
def test_drivel_binary(record) -> Sample:
    return Sample(record["text"], "YES" if record["label"] == "drivelology" else "NO")


@benchmark(
    "drivel_multilabel",
    pretty_name="DrivelologyMultilabelClassification",
    dataset=hub(HUB, subsets=["multi-label-classification"]),
    prompt=WHICH,
    scorer=label_scores(),
    tags=["humour", "multiple_choice"],
)
def test_drivel_multilabel(record) -> Sample:
    names = list(DEVICES)
    return Sample(record["text"], ["ABCDE"[names.index(name)] for name in names if name in record["label"]], names)


@benchmark(
    "drivel_selection",
    pretty_name="DrivelologyNarrativeSelection",
    dataset=hub(HUB, subsets=["multiple-choice-english-easy", "multiple-choice-english-hard"]),
    prompt=STORY,
    scorer=scoring.choice_answer(),
    tags=["humour", "multiple_choice"],
)
def test_drivel_selection(record) -> Sample:
    return Sample(record["text"], record["answer"], record["choices"])


@benchmark(
    "drivel_writing",
    pretty_name="DrivelologyNarrativeWriting",
    dataset=hub(HUB, subsets=["narrative-writing-english"]),
    prompt=WRITE,
    judge=MATCH,
    tags=["humour", "judge"],
)
def test_drivel_writing(record) -> Sample:
    return Sample(record["text"], record["narrative"], metadata={"text": record["text"]})
