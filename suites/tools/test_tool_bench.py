"""The next step of an agent with tools: which function it calls with what, or what it answers.

ToolBench: Qin et al. 2023, ToolLLM: Facilitating Large Language Models to Master 16000+ Real-world APIs,
arXiv:2307.16789, as recorded steps (ToolBench-Static) with tools of the training set and others.
"""

import json

from evalscope_pytest import Message, Sample, benchmark, hub

from .tool_plan import tool_plan


def message_of(turn) -> Message:
    if turn["role"] == "function":  # a result, which is shown to the model as the record has it
        shown = json.dumps({key: value for key, value in turn.items() if key != "name"}, ensure_ascii=False)
        return Message("user", shown)
    return Message(turn["role"], turn["content"])


@benchmark(
    "tool_bench",
    pretty_name="ToolBench-Static",
    dataset=hub("AI-ModelScope/ToolBench-Static", subsets=["in_domain", "out_of_domain"]),
    scorer=tool_plan(),
    tags=["reasoning", "function_calling"],
)
def test_tool_bench(record) -> Sample:
    names = [tool["name"] for tool in record["tools"]]
    return Sample([message_of(turn) for turn in record["messages"]], record["target"], metadata={"tools": names})
