"""Your own multiple-choice questions on pictures, recordings and videos.

A folder (``dataset_id``) of ``{subset}_val.jsonl`` (or tsv, parquet): ``question``, ``options`` (a list) and
``answer``, a letter. ``<image 1>`` in the question or an option stands for the field ``image_1``, or the first of
``images``; ``<video 1>`` and ``<audio 1>`` likewise. Paths are looked up beside the file, then in the working
directory.
"""

from evalscope_pytest import Sample, benchmark, local, prompts, scoring, text

from .own_media import listed, marked_media


@benchmark(
    "general_vmcq",
    pretty_name="General-VMCQ",
    dataset=local("", split="val"),
    prompt=prompts.CHOICE_STEPWISE,
    scorer=scoring.choice_answer(),
    tags=["custom", "multimodal", "multiple_choice"],
)
def test_general_vmcq(record) -> Sample:
    options = [str(option) for option in listed(record["options"], "options")]
    media = marked_media(record, [record["question"], *options])
    return Sample([text(record["question"])], str(record["answer"]).strip(), options, media=media)
