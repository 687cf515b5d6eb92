"""College-level questions of 30 subjects with charts, diagrams, maps, sheet music or formulas as pictures.

MMMU: Yue et al. 2023, A Massive Multi-discipline Multimodal Understanding and Reasoning Benchmark for Expert AGI,
arXiv:2311.16502.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, hub, text

from .choice_or_short import CHOICE, SHORT, choice_or_short
from .own_media import listed, marked_media, unmarked_pictures
from .subjects import SUBJECTS


@benchmark(
    "mmmu",
    version="2",
    pretty_name="MMMU",
    dataset=hub("AI-ModelScope/MMMU", subsets=SUBJECTS, split="validation"),
    prompt="{before}{question}{between}{choices}{after}",
    scorer=choice_or_short(),
    tags=["multimodal", "multiple_choice", "knowledge"],
)
def test_mmmu(record) -> Sample:
    options = [str(option) for option in listed(record["options"] or [], "options")]
    media, answer = marked_media(record, [record["question"], *options]), str(record["answer"])
    target = [str(name) for name in listed(answer, "answers")] if answer.startswith("[") else answer
    about, question = CHOICE if options else SHORT, [*unmarked_pictures(record, media), text(record["question"])]
    return Sample(question, target, options, media=media, metadata=about, id=record["id"])
