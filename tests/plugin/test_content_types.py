"""Content that is neither text nor parts: a clear error with benchmark, record and field, before anything is sent.

Parts whose picture cannot be sent are an error of their sample.
"""

from __future__ import annotations

import json

import pytest

PARTS = [{"type": "text", "text": "How many?"}, {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA"}}]


def told(run) -> str:
    assert "INTERNALERROR" not in run.out
    assert "Traceback" not in run.out
    return " ".join(run.out.split())


@pytest.mark.parametrize("content", [[*PARTS, 7], ["How many?"], 7, None, {"a": 1}, True, b"bytes"])
@pytest.mark.parametrize("form", ['Message("user", CONTENT)', '{"role": "user", "content": CONTENT}'])
def test_a_message_of_an_authors_benchmark(content, form, served):
    before = f"CONTENT = {content!r}\nfrom evalscope_pytest import Message\n"
    made = f"def to_sample(record):\n    return Sample([{form}], record['answer'])\n"
    served.benchmark(before=before + made, count=3)
    run = served.run()
    assert run.code == 4
    out = told(run)
    assert "record 1 of subset" in out
    assert "'adding'" in out
    assert f"content of a user message: {content!r}"[:60] in out
    assert "Only text or a list of parts can be sent" in out
    assert not served.server.requests


@pytest.mark.parametrize(
    ("sample", "message"),
    [
        ("Sample(7)", "input is 7"),
        ("Sample({'type': 'text'})", "input is {'type': 'text'}"),
        ("Sample((PARTS,))", "a message: [{'type': 'text'"),
        ("Sample([{'type': 'picture'}])", "type of a part of a message: 'picture'. Allowed: text, input_text"),
        ("Sample([{'type': 'image'}])", "a part of type 'image' has no 'image'"),
        ("Sample(['How many?'])", "a message: 'How many?'"),
        ("Sample([{'role': 'user'}])", "a message has no 'content'"),
        ("Sample([{'role': 'human', 'content': 'x'}])", "role of a message: 'human'. Allowed: system, user, assistant"),
        ("Sample([{'role': None, 'content': 'x'}])", "role of a message: None. Allowed: system, user, assistant, tool"),
        ("Sample([{'role': ['user'], 'content': 'x'}])", "role of a message: ['user']"),
        ("Sample([Message('robot', 'x')])", "role of a message: 'robot'"),
        ("Sample([{'role': 'assistant', 'content': '', 'tool_calls': [{'id': 'a'}]}])", "tool_calls of a message: [{"),
        ("Sample([{'role': 'tool', 'content': 'x', 'tool_call_id': 'a'}])", "tool_call_id of a message: 'a'"),
        ("Sample('How many?', [1, 2])", "target of record 1"),
        ("Sample('How many?', 'A', choices=[1, 2])", "choices of record 1"),
        ("Sample('How many?', 'A', choices=[PARTS, 'b'])", "choices of record 1"),
        ("Sample('How many?', 'A', rationale=PARTS)", "rationale of record 1"),
    ],
)
def test_other_fields_of_a_sample(sample, message, served):
    imports = f"from evalscope_pytest import Message\nPARTS = {PARTS!r}\n"
    served.benchmark(before=f"{imports}def to_sample(record):\n    return {sample}\n", count=3)
    run = served.run()
    assert run.code == 4
    assert message in told(run)
    assert not served.server.requests


def test_an_exemplar_with_parts(served):
    before = "from evalscope_pytest import FewShot\ndef to_sample(record):\n"
    before += f"    shown = {PARTS!r} if record['answer'] == '0' else 'x'\n"
    before += "    return Sample(str(record), record['answer'], rationale=shown)\n"
    served.benchmark(before=before, options="few_shot=FewShot(1)", count=3)
    run = served.run("--eval-limit=1")
    assert run.code == 4
    assert "rationale of record 1" in told(run)
    assert not served.server.requests


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ({"messages": [{"role": "user", "content": [{"type": "x"}]}], "response": "2"}, "part of a message: 'x'"),
        ({"messages": [{"role": "system", "content": None}], "response": "2"}, "content of a system message: None"),
        ({"query": {"a": 1}, "response": "2"}, "content of a user message: {"),
        ({"query": "How many?", "system": 7, "response": "2"}, "content of a system message: 7"),
        ({"query": "How many?", "response": [2]}, "target of record 1"),
    ],
)
def test_a_file_of_general_qa(record, message, served):
    folder = served.path / "own"
    folder.mkdir()
    (folder / "mine.jsonl").write_text(json.dumps(record) + "\n")
    args = json.dumps({"general_qa": {"dataset_id": str(folder), "subset_list": ["mine"]}})
    run = served.run("--eval-datasets=general_qa", f"--eval-dataset-args={args}")
    assert run.code == 4
    out = told(run)
    assert message in out
    assert "'mine' of 'general_qa'" in out
    assert not served.server.requests


def test_a_picture_that_is_none_is_an_error_of_its_sample_and_sends_nothing(served):
    body = f"""
async def test_adding(sample, model):
    return await model.generate([{{"role": "user", "content": {PARTS!r}}}])
"""
    served.benchmark(count=2, body=body)
    run = served.run()
    assert (run.code, run.counts) == (1, {"errors": 2})
    assert "MediaError: the picture in a record holds no bytes." in " ".join(run.out.split())
    assert not served.server.requests


@pytest.mark.parametrize(
    ("messages", "said"),
    [
        (
            [{"role": "human", "content": "How many?"}],
            "role of a message: 'human'. Allowed: system, user, assistant, tool.",
        ),
        ([{"role": 7, "content": "How many?"}], "role of a message: 7."),
        (["How many?"], "a message: 'How many?' of type str. It needs a role and a content."),
    ],
)
def test_a_conversation_in_a_file_of_the_user_s_own(messages, said, served):
    served.write("qa/faq.jsonl", json.dumps({"messages": messages, "response": "7"}))
    args = {"general_qa": {"dataset_id": str(served.path / "qa"), "subset_list": ["faq"]}}
    run = served.run("--eval-datasets=general_qa", f"--eval-dataset-args={json.dumps(args)}", here=False)
    assert (run.code, run.work_dir) == (4, None)
    assert f"record 1 of subset 'faq' of 'general_qa' cannot be read: {said}" in told(run)
    assert not served.server.requests


def test_extra_keys_of_a_message_that_change_nothing_are_allowed(served):
    made = "{'role': 'user', 'content': record['question'], 'name': 'Ann', 'tool_calls': None, 'weight': 1}"
    served.benchmark(before=f"def to_sample(record):\n    return Sample([{made}], record['answer'])\n", count=2)
    assert served.run().counts == {"correct": 2}
