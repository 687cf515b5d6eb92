"""Your own open questions on pictures, recordings and videos, compared with your reference answers by BLEU and ROUGE.

A folder or file (``dataset_id``): ``{subset}.jsonl`` (or tsv, csv, parquet, arrow) of ``answer`` (judges can do
without), and ``messages`` in OpenAI's form or ``question`` with ``image``, as in VLMEvalKit's tsv files. A text may
hold marks: ``<image 1>`` stands for the field ``image_1``, or the first of ``images``; ``<video 1>`` and ``<audio 1>``
likewise. Paths are looked up beside the file, then in the working directory.
"""

from evalscope_pytest import Sample, benchmark, local, scoring

from .own_media import about, answers_of, conversation_of, question_of


@benchmark(
    "general_vqa",
    version="2",
    pretty_name="General-VQA",
    dataset=local(""),
    scorer=scoring.similarity(),
    tags=["custom", "multimodal", "qa"],
)
def test_general_vqa(record) -> Sample:
    question, media = (conversation_of if record.get("messages") else question_of)(record)
    return Sample(question, answers_of(record), metadata=about(record), media=media)
