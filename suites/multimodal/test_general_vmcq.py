"""Your own multiple-choice questions on pictures, recordings and videos.

A folder or file (``dataset_id``): ``{subset}_val.jsonl`` (or tsv, csv, parquet, arrow) of ``question``, ``options`` (a
list) or ``A``, ``B`` ..., and ``answer``, a letter. ``<image 1>`` in the question or an option stands for the field
``image_1``, or the first of ``images``; ``<video 1>`` and ``<audio 1>`` likewise. Without such a mark ``image``,
``images`` or ``image_path`` comes before the question, as in VLMEvalKit's tsv files, with its ``hint``. Paths are
looked up beside the file, then in the working directory.
"""

from evalscope_pytest import Sample, benchmark, local, prompts, scoring

from .own_media import about, answer_of, options_of, question_of


@benchmark(
    "general_vmcq",
    version="2",
    pretty_name="General-VMCQ",
    dataset=local("", split="val"),
    prompt=prompts.CHOICE_STEPWISE,
    scorer=scoring.choice_answer(),
    tags=["custom", "multimodal", "multiple_choice"],
)
def test_general_vmcq(record) -> Sample:
    options = options_of(record)
    question, media = question_of(record, options)
    return Sample(question, answer_of(record, options), options, metadata=about(record), media=media)
