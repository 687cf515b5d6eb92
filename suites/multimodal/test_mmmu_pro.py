"""The questions of MMMU that need their pictures, with up to ten options, or each as one picture.

MMMU-Pro: Yue et al. 2024, A More Robust Multi-discipline Multimodal Understanding Benchmark, arXiv:2409.02813.
``dataset_format`` is ``standard (4 options)``, ``standard (10 options)`` or ``vision``, whose pictures hold question
and options.

Records not seen: they are read in their published shape.
"""

from dataclasses import replace

from evalscope_pytest import Sample, benchmark, hub, image, prompts, scoring, text
from evalscope_pytest.core.errors import ConfigError, closest

from .own_media import listed, marked_media, unmarked_pictures
from .subjects import SUBJECTS

LETTERS = list("ABCDEFGHIJ")
FORMATS = ["standard (4 options)", "standard (10 options)", "vision"]
VISION = (
    "Answer the question in the picture, which shows the options. Reason step by step first; then finish with the line "
    "'ANSWER: [LETTER]' (without quotes), where [LETTER] is one of {letters}."
)
PRO = hub("AI-ModelScope/MMMU_Pro", subsets=SUBJECTS, subset_by="subject", config=FORMATS[0])


def in_format(params):
    if params["dataset_format"] not in FORMATS:
        raise ConfigError(
            f"dataset_format of mmmu_pro: {params['dataset_format']!r}. {closest(params['dataset_format'], FORMATS)}"
        )
    source = replace(PRO, config=params["dataset_format"])
    if params["dataset_format"] == "vision":
        return {"dataset": source, "prompt": VISION}
    return {"dataset": source}


@benchmark(
    "mmmu_pro",
    pretty_name="MMMU-Pro",
    dataset=PRO,
    prompt=prompts.CHOICE_STEPWISE,
    scorer=scoring.choice_answer(),
    extra_params={"dataset_format": FORMATS[0]},
    variant=in_format,
    tags=["multimodal", "multiple_choice", "knowledge"],
)
def test_mmmu_pro(record, extra_params) -> Sample:
    options = [str(option) for option in listed(record["options"], "options")]
    if extra_params["dataset_format"] == "vision":  # options without texts: only the picture shows them
        return Sample([text(""), image(record["image"])], record["answer"], LETTERS[: len(options)], id=record["id"])
    media = marked_media(record, [record["question"], *options])
    question = [*unmarked_pictures(record, media), text(record["question"])]
    return Sample(question, record["answer"], options, media=media, id=record["id"])
