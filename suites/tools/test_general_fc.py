"""Your own conversations with tools, of which the model calls one when it should, with arguments that fit its schema.

A folder (``dataset_id``) of ``{subset}.jsonl``: ``messages`` and ``tools`` in OpenAI's form, or as JSON texts of it,
and ``should_call_tool``. Without a folder, the conversations of EvalScope's own set. They are sent as they are.
"""

from evalscope_pytest import Sample, benchmark, hub

from .vendors import schema
from .vendors.decision_to_call import decision_to_call
from .vendors.whole_reply import sample_of, written


def to_sample(record) -> Sample:
    schema.require()
    return sample_of(record, should_call_tool=bool(record.get("should_call_tool")))


@benchmark(
    "general_fc",
    pretty_name="General-FunctionCalling",
    dataset=hub("evalscope/GeneralFunctionCall-Test"),
    to_sample=to_sample,
    scorer=decision_to_call("tool_call_f1", "count_finish_reason_tool_call"),
    tags=["function_calling"],
)
async def test_general_fc(sample, model):
    return written(await model.generate(sample))
