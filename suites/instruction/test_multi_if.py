"""Conversations of three turns in eleven languages, each turn with one more instruction that a program can check.

Multi-IF: He et al. 2024, Benchmarking LLMs on Multi-Turn and Multilingual Instructions Following, arXiv:2410.15553.
Thai conversations whose words or sentences have to be counted are left out: that takes a dictionary.
"""

import json

from evalscope_pytest import Message, Sample, benchmark, hub

from .multi_if import MAX_TURNS, can_be_counted, metrics, score_turns

LANGUAGES = "Chinese English German Italian Vietnamese Spanish Hindi Portuguese French Thai Russian"


def turns_of(record, params):
    for turn in range(1, params["max_turns"] + 1):
        if prompt := record.get(f"turn_{turn}_prompt"):
            demands = [json.loads(text) for text in json.loads(record[f"turn_{turn}_kwargs"])]
            yield {
                "prompt": json.loads(prompt)["content"],
                "kwargs": demands,
                "instruction_id_list": json.loads(record[f"turn_{turn}_instruction_id_list"]),
            }


def keep(record, params) -> bool:
    asked = [name for turn in turns_of(record, params) for name in turn["instruction_id_list"]]
    return can_be_counted(record["language"], asked)


def to_sample(record, extra_params) -> Sample:
    turns = list(turns_of(record, extra_params))
    return Sample(
        [Message("user", turns[0]["prompt"])],
        id=record["key"],
        metadata={"turns": turns, "max_turns": extra_params["max_turns"]},
    )


@benchmark(
    "multi_if",
    pretty_name="Multi-IF",
    dataset=hub("facebook/Multi-IF", subsets=LANGUAGES.split(), split="train", subset_by="language"),
    keep=keep,
    to_sample=to_sample,
    metrics=metrics(),
    extra_params={"max_turns": MAX_TURNS},
    variant=lambda params: {"metrics": metrics(params["max_turns"])},
    tags=["instruction_following", "multilingual", "multi_turn"],
)
async def test_multi_if(sample, model):
    messages, replies = [], []
    for turn in sample.metadata["turns"]:
        messages.append(Message("user", turn["prompt"]))
        replies.append((await model.generate(messages)).text)
        messages.append(Message("assistant", replies[-1]))
    return score_turns(replies, sample.metadata["turns"], sample.metadata["max_turns"])
