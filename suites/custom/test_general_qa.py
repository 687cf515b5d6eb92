"""Your own open questions, without code, compared with your reference answers by BLEU and ROUGE.

A folder (``dataset_id``) of ``{subset}.jsonl``: ``query`` and ``response``; ``system`` adds a system message, and
``messages`` holds a whole conversation instead. They are sent as they are: a ``prompt_template`` does not apply.
"""

from evalscope_pytest import Message, Sample, benchmark, local, scoring
from evalscope_pytest.core.errors import RecordError

from .unsent import log_unsent


@benchmark(
    "general_qa", pretty_name="General-QA", dataset=local(""), scorer=scoring.similarity(), tags=["custom", "qa"]
)
def test_general_qa(record) -> Sample:
    question = record.get("query") or record.get("question")
    if not (question or record.get("messages")):
        raise RecordError('it has no question. Write "query": "...", or a conversation in "messages".')
    conversation = record.get("messages") or [Message("user", question)]
    if record.get("system") and not record.get("messages"):
        conversation = [Message("system", record["system"]), *conversation]
    log_unsent(record, "general_vqa")
    return Sample(input=conversation, target=record.get("response") or record.get("answer") or "")
