"""Where prompts come from."""

from __future__ import annotations

import json

import pytest

from evalscope_pytest.core.errors import ConfigError, DatasetError
from evalscope_pytest.perf.datasets import DataOptions, load_conversations
from evalscope_pytest.perf.tokenizer import Tokenizer, load_tokenizer


@pytest.fixture(scope="module")
def tokenizer_folder(tmp_path_factory):
    """A byte-level BPE trained on the spot: decoding and encoding again merges and splits, as real ones do."""
    from tokenizers import Tokenizer as Fast
    from tokenizers import decoders, models, pre_tokenizers, trainers

    fast = Fast(models.BPE())
    fast.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    fast.decoder = decoders.ByteLevel()
    words = [
        f"{a}{b}{c}"
        for a in ("un", "re", "in", "")
        for b in ("form", "act", "press", "der")
        for c in ("ing", "ed", "er")
    ]
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=600, special_tokens=["<s>", "</s>"], initial_alphabet=alphabet)
    fast.train_from_iterator([" ".join(words), "熵 übung été"] * 20, trainer)
    folder = tmp_path_factory.mktemp("model")
    fast.save(str(folder / "tokenizer.json"))
    return folder


@pytest.fixture(scope="module")
def tokenizer(tokenizer_folder) -> Tokenizer:
    return load_tokenizer(str(tokenizer_folder))


def texts(name: str, **options) -> list:
    return [c.turns[0].content for c in load_conversations(name, DataOptions(**{"wanted": 100, **options}))]


@pytest.mark.parametrize("length", [1, 7, 64, 1000])
def test_random_prompts_have_the_length_asked_for(tokenizer, length):
    options = DataOptions(wanted=20, tokenizer=tokenizer, min_length=length, max_length=length)
    lengths = [tokenizer.count(str(c.turns[0].content)) for c in load_conversations("random", options)]
    assert sum(found == length for found in lengths) >= 18
    assert all(abs(found - length) <= 2 for found in lengths)


def test_random_prompts_share_the_prefix_and_nothing_else(tokenizer):
    options = DataOptions(wanted=6, tokenizer=tokenizer, min_length=20, max_length=20, prefix_length=30)
    prompts = [str(c.turns[0].content) for c in load_conversations("random", options)]
    encoded = [tokenizer.encode(text) for text in prompts]
    assert len({tuple(ids[:25]) for ids in encoded}) == 1
    assert len({tuple(ids[-10:]) for ids in encoded}) == 6
    assert all(abs(len(ids) - 50) <= 2 for ids in encoded)


def test_random_prompts_are_the_same_for_the_same_seed(tokenizer):
    def made(seed: int) -> list:
        return texts("random", tokenizer=tokenizer, min_length=5, max_length=9, seed=seed, wanted=5)

    assert made(1) == made(1) != made(2)


def test_random_conversations_have_the_turns_asked_for(tokenizer):
    options = DataOptions(wanted=30, tokenizer=tokenizer, min_length=3, max_length=3, min_turns=2, max_turns=4)
    assert {len(c.turns) for c in load_conversations("random_multi_turn", options)} == {2, 3, 4}


def test_lines_are_texts_messages_or_bodies(tmp_path):
    file = tmp_path / "lines"
    messages, body = [{"role": "user", "content": "x"}], {"messages": [], "max_tokens": 3}
    file.write_text(f"plain\n\n{json.dumps(messages)}\n{json.dumps(body)}\n[not json\n", encoding="utf-8")
    assert texts("line_by_line", path=str(file)) == ["plain", messages, body, "[not json"]


def test_bounds_choose_by_length(tmp_path):
    file = tmp_path / "lines"
    file.write_text("a\nbbb\nccccc\n")
    assert texts("custom", path=str(file), min_length=2, max_length=4) == ["bbb"]


@pytest.mark.parametrize(("name", "field"), [("openqa", "question"), ("longalpaca", "instruction")])
def test_published_sets_are_read_from_a_file(name, field, tmp_path):
    file = tmp_path / "data.jsonl"
    file.write_text("".join(json.dumps({field: f" q{n} "}) + "\n" for n in range(5)))
    assert texts(name, path=str(file), wanted=3, offset=1) == ["q1", "q2", "q3"]
    file.write_text('{"other": 1}\n')
    with pytest.raises(DatasetError) as caught:
        texts(name, path=str(file))
    assert f"has no text in '{field}'. It has: other." in str(caught.value)


@pytest.mark.parametrize(
    "record",
    [
        {
            "conversations": [
                {"from": "human", "value": "a"},
                {"from": "gpt", "value": "b"},
                {"from": "human", "value": "c"},
            ]
        },
        {"conversation": [{"human": "a", "assistant": "b"}, {"human": "c"}]},
        {
            "messages": [
                {"role": "user", "content": "a"},
                {"role": "assistant", "content": "b"},
                {"role": "user", "content": "c"},
            ]
        },
    ],
)
def test_share_gpt_in_its_shapes(record, tmp_path):
    file = tmp_path / "talks.jsonl"
    file.write_text(json.dumps(record) + "\n")
    assert [m["content"] for m in texts("share_gpt_en", path=str(file))[0]] == ["a", "b", "c"]
    talk = load_conversations("share_gpt_zh_multi_turn", DataOptions(path=str(file), wanted=9))[0]
    assert [turn.content[0]["content"] for turn in talk.turns] == ["a", "c"]


@pytest.mark.real_data
def test_real_share_gpt(shared_data):
    file = shared_data / "perf_prompts" / "dummy_conversation.json"
    found = load_conversations("share_gpt_en_multi_turn", DataOptions(path=str(file), wanted=1000))
    assert len(found) == 500
    assert all(turn.content[0]["role"] == "user" for talk in found for turn in talk.turns)


OWN = """
def prompts(options):
    for number in range(options.wanted):
        yield f"p{number}"


def bad(options):
    yield 3
"""


def test_a_generator_of_ones_own(tmp_path):
    file = tmp_path / "mine.py"
    file.write_text(OWN)
    assert texts(f"{file}:prompts", wanted=3) == ["p0", "p1", "p2"]
    with pytest.raises(ConfigError, match="it gave 3"):
        texts(f"{file}:bad")
    with pytest.raises(ConfigError, match="Did you mean 'prompts'"):
        texts(f"{file}:prompt")


def test_a_trace_begins_at_its_first_record_and_is_sorted(tmp_path):
    file = tmp_path / "trace.jsonl"
    lines = [{"timestamp": 5000, "prompt": "b", "output_length": 7}, {"timestamp": 3500, "prompt": "a"}]
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    first, second = load_conversations("trace", DataOptions(path=str(file), wanted=9))
    assert (first.at_s, second.at_s) == (0.0, 1.5)
    assert (first.turns[0].content, second.turns[0].parameters) == ("a", {"max_tokens": 7})


def test_a_trace_of_lengths_has_prompts_of_those_and_prefixes_by_block(tmp_path, tokenizer):
    file = tmp_path / "trace.jsonl"
    lines = [{"timestamp": n, "input_length": 600 + n, "output_length": 5, "hash_ids": [7, n]} for n in range(3)]
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    found = load_conversations("trace", DataOptions(path=str(file), wanted=9, tokenizer=tokenizer))
    encoded = [tokenizer.encode(str(c.turns[0].content)) for c in found]
    assert all(abs(len(ids) - 600 - n) <= 2 for n, ids in enumerate(encoded))
    assert len({tuple(ids[:300]) for ids in encoded}) == 1
    with pytest.raises(ConfigError, match="--tokenizer-path"):
        load_conversations("trace", DataOptions(path=str(file), wanted=9))


@pytest.mark.parametrize("stamp", ["2026-01-01T00:00:10Z", 1735689610.0])
def test_times_of_a_trace_in_their_forms(stamp, tmp_path):
    file = tmp_path / "trace.jsonl"
    file.write_text(json.dumps({"timestamp": stamp, "prompt": "x"}) + "\n")
    assert load_conversations("trace", DataOptions(path=str(file), wanted=1))[0].at_s == 0.0


def test_a_tokenizer_that_is_none(tmp_path):
    with pytest.raises(ConfigError, match=r"no tokenizer\.json"):
        load_tokenizer(str(tmp_path))
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(ConfigError, match="not readable as a tokenizer"):
        load_tokenizer(str(tmp_path))
