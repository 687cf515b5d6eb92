"""Where prompts come from."""

from __future__ import annotations

import base64
import io
import json
import struct
import tarfile
import zlib

import pytest

from evalscope_pytest.core.errors import ConfigError, DatasetError
from evalscope_pytest.perf.data import (
    DataOptions,
    Details,
    Pictures,
    Shape,
    checked_query,
    details_of,
    load_conversations,
)
from evalscope_pytest.perf.data.tokenizer import load_chat_template, load_tokenizer


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


def bodies(name: str, **options) -> list:
    return [c.turns[0] for c in load_conversations(name, DataOptions(**{"wanted": 100, **options}))]


def test_prefixes_take_turns(tokenizer):
    options = DataOptions(
        wanted=6,
        tokenizer=tokenizer,
        min_length=8,
        max_length=8,
        prefix_length=32,
        prefix_count=3,
        shape=Shape(as_tokens=True),
    )
    begins = [tuple(c.turns[0].content[:32]) for c in load_conversations("random", options)]
    assert len(set(begins)) == 3
    assert begins[:3] == begins[3:]


def test_random_token_ids_have_exactly_the_length_asked_for(tokenizer):
    options = {"tokenizer": tokenizer, "min_length": 5, "max_length": 90, "shape": Shape(as_tokens=True)}
    turns = bodies("random", wanted=30, prefix_length=10, **options)
    assert all(len(turn.content) == turn.tokens for turn in turns)
    assert {15 <= turn.tokens <= 100 for turn in turns} == {True}
    special = {tokenizer.encode(text)[0] for text in ("<s>", "</s>")}
    assert not special & {token for turn in turns for token in turn.content}
    assert bodies("random", wanted=2, offset=3, **options) == bodies("random", wanted=9, **options)[3:5]


def test_texts_become_token_ids(tokenizer, tmp_path):
    file = tmp_path / "lines"
    file.write_text('hello there\n[{"role": "user", "content": "unformed"}]\n')
    first, second = bodies("line_by_line", path=str(file), tokenizer=tokenizer, shape=Shape(as_tokens=True))
    assert first.content == tokenizer.encode("hello there")
    assert (tokenizer.decode(second.content), second.tokens) == ("unformed", len(second.content))
    with pytest.raises(ConfigError, match="--tokenizer-path"):
        DataOptions(shape=Shape(as_tokens=True))


def test_conversations_are_not_written_ahead(tokenizer, tmp_path):
    file = tmp_path / "talks.jsonl"
    file.write_text('[{"role": "user", "content": "a"}, {"role": "assistant"}, {"role": "user", "content": "b"}]\n')
    with pytest.raises(ConfigError, match="for single requests"):
        bodies("custom_multi_turn", path=str(file), tokenizer=tokenizer, shape=Shape(as_tokens=True))


TEMPLATE = (
    "{{ bos_token }}{% for m in messages %}{% if m.role == 'tool' %}{{ raise_exception('no tools') }}{% endif %}"
    "<{{ m.role }}>{{ m.content | tojson }}{% endfor %}{% if add_generation_prompt %}<assistant>{% endif %}"
)


@pytest.mark.parametrize("where", ["file", "field", "named"])
def test_prompts_are_written_with_the_chat_template(where, tokenizer, tmp_path):
    settings = {"bos_token": {"content": "<s>"}, "eos_token": "</s>"}
    if where == "file":
        (tmp_path / "chat_template.jinja").write_text(TEMPLATE)
    elif where == "field":
        settings["chat_template"] = TEMPLATE
    else:
        settings["chat_template"] = [{"name": "rag", "template": "no"}, {"name": "default", "template": TEMPLATE}]
    (tmp_path / "tokenizer_config.json").write_text(json.dumps(settings))
    file = tmp_path / "lines"
    file.write_text("hé\n")
    template = load_chat_template(str(tmp_path))
    assert texts("custom", path=str(file), shape=Shape(chat_template=template)) == ['<s><user>"hé"<assistant>']
    ids = bodies("custom", path=str(file), tokenizer=tokenizer, shape=Shape(True, template))[0].content
    assert tokenizer.encode('<s><user>"hé"<assistant>') == ids
    file.write_text('[{"role": "tool", "content": "x"}]\n')
    with pytest.raises(ConfigError, match="no tools"):
        texts("line_by_line", path=str(file), shape=Shape(chat_template=template))


@pytest.mark.parametrize(("template", "words"), [(None, "has no chat template"), ("{% for %}", "is not readable")])
def test_a_chat_template_that_is_none(template, words, tmp_path):
    if template:
        (tmp_path / "chat_template.jinja").write_text(template)
    with pytest.raises(ConfigError, match=words):
        load_chat_template(str(tmp_path))


def test_a_chat_template_runs_in_a_sandbox(tmp_path):
    (tmp_path / "chat_template.jinja").write_text("{{ messages.__class__.__mro__[1].__subclasses__() }}")
    with pytest.raises(ConfigError, match="fails"):
        load_chat_template(str(tmp_path)).text([{"role": "user", "content": "a"}])


def test_a_query_of_the_users_own_is_the_body(tmp_path):
    file = tmp_path / "lines"
    file.write_text('say "%m" and %p\n')
    query = checked_query({"model": "%m", "input": ["<%p>", {"deep": "%p%p"}], "n": 3})
    assert texts("custom", path=str(file), shape=Shape(query=query, model="M")) == [
        {"model": "M", "input": ['<say "%m" and %p>', {"deep": 'say "%m" and %psay "%m" and %p'}], "n": 3}
    ]
    with pytest.raises(ConfigError, match="has no %p"):
        checked_query({"model": "%m"})


class TestLengths:
    @pytest.fixture
    def file(self, tmp_path):
        path = tmp_path / "lines"
        path.write_text("unforming reactions " * 40 + "\nshort one\n" + "übung été " * 60 + "\n")
        return str(path)

    def of(self, name, tokenizer, file, **details):
        return bodies(name, path=file, tokenizer=tokenizer, details=Details(target_input_len=50, **details))

    def test_texts_are_cut_to_the_length(self, tokenizer, file):
        long, short, accents = self.of("line_by_line", tokenizer, file)
        assert tokenizer.count(long.content) == long.tokens == 50
        assert (short.content, short.tokens) == ("short one", tokenizer.count("short one"))
        assert 48 <= tokenizer.count(accents.content) == accents.tokens <= 50
        assert "\ufffd" not in accents.content

    def test_shorter_ones_may_be_left_out(self, tokenizer, file):
        assert {turn.tokens for turn in self.of("line_by_line", tokenizer, file, input_len_mode="drop")} == {50}

    @pytest.mark.parametrize("role", ["system", "user"])
    def test_a_prefix_fills_shorter_ones_up(self, role, tokenizer, file, tmp_path):
        (tmp_path / "book").write_text("once upon a time ")
        long, short, _ = self.of("line_by_line", tokenizer, file, prefix_file=str(tmp_path / "book"), prefix_role=role)
        assert long.content.startswith("unforming")
        if role == "user":
            assert short.content.endswith("short one")
            assert abs(tokenizer.count(short.content) - 50) <= 1
            assert short.content.startswith("once upon a time once upon")
        else:
            system, user = short.content
            assert (system["role"], user) == ("system", {"role": "user", "content": "short one"})
            assert tokenizer.count(system["content"]) + tokenizer.count("short one") == 50

    def test_of_conversations_the_last_message_is_cut(self, tokenizer, tmp_path):
        file = tmp_path / "talks.jsonl"
        talk = [{"role": "user", "content": "a " * 20}, {"role": "assistant", "content": "b"},
                {"role": "user", "content": "unforming " * 90}]  # fmt: skip
        file.write_text(json.dumps({"messages": talk}) + "\n")
        first, _, last = self.of("share_gpt_en", tokenizer, str(file))[0].content
        assert (first, tokenizer.count(last["content"])) == (talk[0], 50)
        (tmp_path / "book").write_text("once upon a time")
        found = self.of("share_gpt_en", tokenizer, str(file), prefix_file=str(tmp_path / "book"))[0]
        assert sum(tokenizer.count(m["content"]) for m in found.content) == 50 == found.tokens
        talk[0]["content"] = "unforming " * 90  # fills all of it: no room for the question
        file.write_text(json.dumps({"messages": talk}) + "\n")
        with pytest.raises(DatasetError, match="no prompt in it"):
            self.of("share_gpt_en", tokenizer, str(file), prefix_file=str(tmp_path / "book"))

    def test_request_bodies_and_a_missing_tokenizer_are_refused(self, tokenizer, file, tmp_path):
        body = tmp_path / "body"
        body.write_text('{"messages": []}\n')
        with pytest.raises(DatasetError, match="is a request body"):
            self.of("line_by_line", tokenizer, str(body))
        with pytest.raises(ConfigError, match="--tokenizer-path"):
            self.of("line_by_line", None, file)
        with pytest.raises(DatasetError, match="cannot be read"):
            self.of("line_by_line", tokenizer, file, prefix_file=str(tmp_path / "nothing"))


@pytest.mark.parametrize(
    ("dataset", "given", "words"),
    [
        ("openqa", {"target_input_lem": 3}, "Did you mean 'target_input_len'?"),
        ("random", {"target_input_len": 3}, "It is for openqa, longalpaca"),
        ("openqa", {"target_input_len": "3"}, "a whole number above zero"),
        ("openqa", {"target_input_len": True}, "a whole number above zero"),
        ("openqa", {"input_len_mode": "cut"}, '"cap" or "drop"'),
        ("openqa", {"prefix_file": "x"}, "give that, too"),
        ("openqa", {"prefix_file": "x", "target_input_len": 9, "input_len_mode": "drop"}, "Drop one of the two"),
        ("workload_trace", {"model_mapping": {"a": 3}}, "an object of names"),
        ("trace", {"speed": 0}, "a number above zero"),
    ],
)
def test_details_of_a_data_set_are_checked(dataset, given, words):
    with pytest.raises(ConfigError) as caught:
        details_of(given, dataset)
    assert words in str(caught.value)


def test_random_batches_and_pairs(tokenizer):
    options = {"tokenizer": tokenizer, "min_length": 6, "max_length": 6, "wanted": 3}
    batches = bodies("random_embedding_batch", details=Details(batch_size=4), **options)
    assert [len(turn.content) for turn in batches] == [4, 4, 4]
    assert sum(map(tokenizer.count, batches[0].content)) == batches[0].tokens
    pair = bodies("random_rerank", details=Details(num_documents=3, document_length_ratio=4), **options)[0]
    assert abs(tokenizer.count(pair.content["query"]) - 6) <= 1
    assert [abs(tokenizer.count(d) - 24) <= 1 for d in pair.content["documents"]] == [True] * 3


def test_texts_to_embed_in_batches(tmp_path, tokenizer):
    file = tmp_path / "texts.jsonl"
    file.write_text('{"text": "a"}\n{"text": ["b", "c", "d"]}\n{"text": "e"}\n')
    turns = bodies("embedding_batch", path=str(file), tokenizer=tokenizer, details=Details(batch_size=2))
    assert [turn.content for turn in turns] == [["a", "b"], ["c", "d"], ["e"]]
    assert [turn.tokens for turn in turns] == [2, 2, 1]


class TestPictures:
    @pytest.mark.parametrize(("mode", "depth"), [("RGB", 3), ("RGBA", 4), ("L", 1)])
    def test_random_pictures_are_png_files_of_the_size(self, tokenizer, mode, depth):
        look = Pictures(width=50, height=37, mode=mode, count=2)
        turns = bodies("random_vl", tokenizer=tokenizer, min_length=9, max_length=9, wanted=4, pictures=look)
        text, *images = turns[0].content[0]["content"]
        assert (tokenizer.count(text["text"]), len(images)) == (9, 2)
        assert turns[0].tokens == 9 + 2 * 2 * 2
        files = [picture(image) for turn in turns for image in turn.content[0]["content"][1:]]
        assert len(set(files)) == 8
        assert files[0][:8] == b"\x89PNG\r\n\x1a\n"
        width, height, bits, colour, *_ = struct.unpack(">IIBBBBB", files[0][16:29])
        assert (width, height, bits, colour) == (50, 37, 8, {1: 0, 3: 2, 4: 6}[depth])
        at = files[0].index(b"IDAT")
        size = int.from_bytes(files[0][at - 4 : at], "big")
        assert len(zlib.decompress(files[0][at + 4 : at + 4 + size])) == 37 * (1 + 50 * depth)
        assert zlib.crc32(files[0][at : at + 4 + size]) == int.from_bytes(
            files[0][at + 4 + size : at + 8 + size], "big"
        )

    def test_pictures_without_a_size_are_refused(self):
        with pytest.raises(ConfigError, match="start at 1"):
            Pictures(width=0)

    def test_flickr8k_is_read_from_its_archives(self, tmp_path):
        (tmp_path / "test").mkdir()
        with tarfile.open(tmp_path / "test" / "0.tar", "w") as archive:
            for name, data in (("s0.jpg", b"JPEG0"), ("s0.txt", b"a dog"), ("s1.jpg", b"JPEG1"), ("x/s2.jpg", b"2")):
                entry = tarfile.TarInfo(name)
                entry.size = len(data)
                archive.addfile(entry, io.BytesIO(data))
        turns = bodies("flickr8k", path=str(tmp_path))
        assert [picture(turn.content[0]["content"][1]) for turn in turns] == [b"JPEG0", b"JPEG1", b"2"]
        assert turns[0].content[0]["content"][1]["image_url"]["url"].startswith("data:image/jpeg;base64,")
        (tmp_path / "test" / "0.tar").write_bytes(b"no archive")
        with pytest.raises(DatasetError, match="cannot be read"):
            bodies("flickr8k", path=str(tmp_path))

    def test_any_folder_of_pictures_will_do(self, tmp_path):
        (tmp_path / "a.png").write_bytes(b"P")
        (tmp_path / "notes.txt").write_text("no picture")
        assert [picture(turn.content[0]["content"][1]) for turn in bodies("flickr8k", path=str(tmp_path))] == [b"P"]

    def test_kontext_bench_is_read_from_its_folder(self, tmp_path):
        (tmp_path / "test" / "images").mkdir(parents=True)
        (tmp_path / "test" / "images" / "0.jpg").write_bytes(b"J")
        record = {"file_name": "images/0.jpg", "instruction": "Make it night", "category": "edit"}
        (tmp_path / "test" / "metadata.jsonl").write_text(json.dumps(record) + "\n")
        text, image = bodies("kontext_bench", path=str(tmp_path))[0].content[0]["content"]
        assert (text["text"], picture(image)) == ("Make it night", b"J")
        record["file_name"] = "../../../etc/passwd"
        (tmp_path / "test" / "metadata.jsonl").write_text(json.dumps(record) + "\n")
        with pytest.raises(DatasetError, match="no file as 'file_name' says"):
            bodies("kontext_bench", path=str(tmp_path))

    def test_bodies_and_batches_are_no_text(self, tokenizer, tmp_path):
        (tmp_path / "bodies").write_text('{"messages": []}\n')
        with pytest.raises(ConfigError, match="request bodies"):
            bodies("line_by_line", path=str(tmp_path / "bodies"), shape=Shape(query={"a": "%p"}))
        (tmp_path / "texts.jsonl").write_text('{"text": ["a", "b"]}\n')
        with pytest.raises(ConfigError, match="several texts"):
            bodies("embedding", path=str(tmp_path / "texts.jsonl"), tokenizer=tokenizer, shape=Shape(as_tokens=True))

    def test_pictures_are_no_text(self, tokenizer):
        options = {"tokenizer": tokenizer, "min_length": 9, "max_length": 9, "wanted": 1}
        with pytest.raises(ConfigError, match="has pictures"):
            bodies("random_vl", shape=Shape(query={"a": "%p"}), **options)


def picture(part) -> bytes:
    return base64.b64decode(part["image_url"]["url"].partition("base64,")[2])


class TestWorkloadTrace:
    def of(self, tmp_path, *records, **details):
        file = tmp_path / "trace.jsonl"
        file.write_text("".join(json.dumps(record) + "\n" for record in records))
        return load_conversations("workload_trace", DataOptions(path=str(file), wanted=9, details=Details(**details)))

    def test_requests_keep_their_bodies_and_times(self, tmp_path):
        body = {"model": "qwen-plus", "messages": [{"role": "user", "content": "hi"}], "stream": False}
        found = self.of(
            tmp_path, {"body": body, "timestamp": 1700000000}, {"body": json.dumps(body), "timestamp": 1700000001.5}
        )
        assert [c.at_s for c in found] == [0.0, 1.5]
        assert [json.loads(c.turns[0].content) for c in found] == [body, body]

    def test_models_are_renamed_and_lengths_kept(self, tmp_path):
        records = [
            {"body": {"model": "gpt-4"}, "timestamp": 1, "completion_tokens": 5},
            {
                "body": {"model": "b", "response_format": {"type": "json_object"}},
                "timestamp": 2,
                "completion_tokens": 7,
            },
        ]
        details = {"model_mapping": {"gpt-4": "m"}, "model_override": "n", "match_output_length": True}
        assert [json.loads(c.turns[0].content) for c in self.of(tmp_path, *records, **details)] == [
            {"model": "m", "max_tokens": 5, "ignore_eos": True},
            {"model": "n", "response_format": {"type": "json_object"}, "max_tokens": 7},
        ]
        assert self.of(tmp_path, *records)[0].turns[0].content == b'{"model":"gpt-4"}'

    @pytest.mark.parametrize(
        ("record", "details", "words"),
        [
            ({"timestamp": 1}, {}, "has no 'body'"),
            ({"body": "{", "timestamp": 1}, {}, "is not JSON"),
            ({"body": {}}, {}, "neither seconds nor ISO 8601"),
            ({"body": {}, "timestamp": 1, "headers": {"x": "y"}}, {}, "by --headers"),
            ({"body": {}, "timestamp": 1}, {"match_output_length": True}, "no 'completion_tokens'"),
        ],
    )
    def test_records_that_are_none(self, tmp_path, record, details, words):
        with pytest.raises(DatasetError, match=words):
            self.of(tmp_path, record, **details)

    def test_time_does_not_run_back(self, tmp_path):
        with pytest.raises(DatasetError, match="Sort the file"):
            self.of(tmp_path, {"body": {}, "timestamp": 2}, {"body": {}, "timestamp": 1})


TRACE = {
    "input_prompt_length": 40,
    "num_turns": 2,
    "assistant_response_length": [7, 9],
    "tool_call_output_length": [20, 30],
    "tool_call_latency": [0.5, 1],
    "final_assistant_response_length": 11,
}


class TestAgents:
    def of(self, tmp_path, tokenizer, *records, **options):
        file = tmp_path / "traces.jsonl"
        file.write_text("".join(json.dumps(record) + "\n" for record in records))
        data = DataOptions(path=str(file), wanted=9, tokenizer=tokenizer, **options)
        return load_conversations("trie_code_qa", data)

    def test_lengths_and_waits_are_those_of_the_trace(self, tmp_path, tokenizer):
        turns = self.of(tmp_path, tokenizer, TRACE)[0].turns
        assert [turn.tokens for turn in turns] == [40, 20, 30]
        assert [abs(tokenizer.count(turn.content) - turn.tokens) <= 1 for turn in turns] == [True] * 3
        assert [turn.parameters for turn in turns] == [{"max_tokens": 7}, {"max_tokens": 9}, {"max_tokens": 11}]
        assert [turn.wait_s for turn in turns] == [0.0, 0.5, 1.0]
        assert [turn.tokens for turn in self.of(tmp_path, tokenizer, TRACE, max_turns=2)[0].turns] == [40, 20]

    @pytest.mark.parametrize(
        "change",
        [{"num_turns": None}, {"num_turns": 3}, {"tool_call_latency": [1, -1]}, {"assistant_response_length": [0, 1]}],
    )
    def test_what_is_no_trace(self, tmp_path, tokenizer, change):
        with pytest.raises(DatasetError, match="record 2 is not a trace of trie"):
            self.of(tmp_path, tokenizer, TRACE, {**TRACE, **change})

    def test_texts_of_a_length_need_a_tokenizer(self, tmp_path):
        with pytest.raises(ConfigError, match="--tokenizer-path"):
            self.of(tmp_path, None, TRACE)


def test_errors_of_a_generator_have_their_line(tmp_path):
    file = tmp_path / "mine.py"
    file.write_text("def prompts(options):\n    yield 'a'\n    yield [][0]\n")
    with pytest.raises(ConfigError, match=r"mine\.py:3: IndexError"):
        texts(f"{file}")
