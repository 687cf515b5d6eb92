"""Your own open questions on pictures, recordings and videos, compared with your reference answers by BLEU and ROUGE.

A folder (``dataset_id``) of ``{subset}.jsonl`` (or tsv, parquet): ``answer``, and ``messages`` in OpenAI's form. A
message's text may hold marks instead: ``<image 1>`` stands for the field ``image_1``, or the first of ``images``;
``<video 1>`` and ``<audio 1>`` likewise. Paths are looked up beside the file, then in the working directory.
"""

from evalscope_pytest import Sample, benchmark, local, scoring

from .own_media import listed, marked_media


@benchmark(
    "general_vqa",
    pretty_name="General-VQA",
    dataset=local(""),
    scorer=scoring.similarity(),
    tags=["custom", "multimodal", "qa"],
)
def test_general_vqa(record) -> Sample:
    messages = listed(record.get("messages"), "messages")
    texts = [turn["content"] for turn in messages if isinstance(turn.get("content"), str)]
    return Sample(messages, str(record["answer"]), media=marked_media(record, texts))
