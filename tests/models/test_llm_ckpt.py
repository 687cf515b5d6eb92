"""Local models, on a tiny one with random weights."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from dataclasses import replace

import pytest

from evalscope_pytest.config.generation import GenerationConfig
from evalscope_pytest.core.errors import ConfigError, FatalError, RejectedError, TransientError
from evalscope_pytest.core.values import Message, Tool
from evalscope_pytest.models import llm_ckpt
from evalscope_pytest.models.factory import create
from evalscope_pytest.wire.request import Request
from tests.waiting import wait_until

from .requests import answer, request, spec
from .tiny import write_checkpoint

pytest.importorskip("torch", reason="local models need evalscope-pytest[local]")
pytest.importorskip("transformers", reason="local models need evalscope-pytest[local]")

QUESTIONS = ["Hi", "What is the capital of France, and why?", "1+1", "Name three colours. " * 9, "ok " * 40]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    import torch

    torch.set_num_threads(1)  # more only get in each other's way with a model this small
    return str(write_checkpoint(tmp_path_factory.mktemp("tiny")))


@pytest.fixture
def local(folder):
    """Ask the tiny model, ``batch`` questions at a time."""

    def run(*requests, batch=8, **more):
        return answer(spec("llm_ckpt", model=folder, concurrency=batch, **more), *requests)

    return run


def test_batched_greedy_answers_equal_single_ones(local):
    requests = [request(q, max_tokens=24) for q in QUESTIONS]
    together = local(*requests)
    single = [local(r, batch=1)[0] for r in requests]
    assert [o.text for o in together] == [o.text for o in single]
    assert len({o.text for o in together}) > 1
    assert [o.usage for o in together] == [o.usage for o in single]


def test_batched_answers_with_repetition_penalty_equal_single_ones(local):
    requests = [request(q, max_tokens=24, repetition_penalty=1.3) for q in QUESTIONS]
    assert [o.text for o in local(*requests)] == [local(r, batch=1)[0].text for r in requests]


def test_functions_to_call_are_refused(local):
    with pytest.raises(RejectedError, match="is_fc_model"):
        local(replace(request("Hi", max_tokens=4), tools=(Tool("f"),)))


def test_padding_counts_as_no_repetition():
    import torch

    from evalscope_pytest.models.checkpoint import Loaded
    from evalscope_pytest.models.decoding import Decoding, Row, _Choice

    gaps = torch.tensor([[True, True, False], [False, False, False]])
    how = Decoding(1, repetition_penalty=2.0)
    choice = _Choice(Loaded(None, None, None, (), 0), [Row([3]), Row([1, 2, 3])], how, gaps=gaps)
    scores = choice(torch.tensor([[0, 0, 3], [1, 2, 3]]), torch.tensor([[4.0, 4.0, -4.0, 4.0, 4.0]] * 2))
    assert scores.tolist() == [[4.0, 4.0, -4.0, 2.0, 4.0], [4.0, 2.0, -8.0, 2.0, 4.0]]


def test_sampling_depends_on_seed_and_repeat_and_not_on_the_batch(local):
    def sampled(question, **more):
        return request(question, do_sample=True, temperature=1.0, max_tokens=16, **more)

    requests = [sampled(q) for q in QUESTIONS]
    together = [o.text for o in local(*requests)]
    assert together == [local(r, batch=1)[0].text for r in requests]
    assert together == [o.text for o in reversed(local(*reversed(requests), batch=2))]
    assert local(sampled("Hi", repeat=1))[0].text != together[0]
    assert local(sampled("Hi", seed=5))[0].text != together[0]
    assert local(sampled("Hi"), seed=43)[0].text != together[0]


def test_top_k_of_one_is_greedy_and_temperature_spreads(local):
    greedy = local(request("Hi", max_tokens=16))[0].text
    assert local(request("Hi", max_tokens=16, do_sample=True, top_k=1))[0].text == greedy
    assert local(request("Hi", max_tokens=16, do_sample=True, top_p=1e-6))[0].text == greedy
    drawn = local(*[request("Hi", max_tokens=1, do_sample=True, temperature=5.0, repeat=n) for n in range(40)])
    assert len({o.text for o in drawn}) > 10


def test_draws_follow_the_models_distribution():
    import torch

    from evalscope_pytest.models.checkpoint import Loaded
    from evalscope_pytest.models.decoding import Decoding, Row, _Choice

    rows = [Row([1], seed) for seed in range(4000)]
    nothing = Loaded(None, None, None, (), 0)
    choice = _Choice(nothing, rows, Decoding(1, sample=True), gaps=torch.zeros(len(rows), 1, dtype=torch.bool))
    expected = torch.tensor([0.5, 0.0, 0.3, 0.2])
    taken = choice(torch.ones(len(rows), 1, dtype=torch.long), expected.log().repeat(len(rows), 1)).argmax(-1)
    counts = taken.bincount(minlength=4) / len(rows)
    assert counts[1] == 0
    assert torch.allclose(counts, expected, atol=0.03)


def test_an_answer_cut_by_max_tokens_says_so(local):
    output = local(request("Hi", max_tokens=3))[0]
    assert (output.stop_reason, output.usage.output_tokens, output.truncated) == ("max_tokens", 3, True)


def test_an_answer_cut_by_the_context_says_so_and_a_prompt_beyond_it_is_refused(local):
    output = local(request("Hi", max_tokens=400), model_args={"max_model_len": 40})[0]
    assert output.stop_reason == "model_length"
    assert output.usage.total_tokens == 40
    with pytest.raises(RejectedError, match="context is 40"):
        local(request("word " * 200), model_args={"max_model_len": 40})


def test_a_stop_text_ends_the_answer_before_it(local):
    whole = local(request("Hi", max_tokens=40))[0].text
    stop = whole[10:13]
    output = local(request("Hi", max_tokens=40, stop_seqs=(stop, "never to be seen")))[0]
    assert output.text == whole[: whole.index(stop)]
    assert output.stop_reason == "stop"
    assert output.usage.output_tokens < 40


def test_rows_of_a_batch_stop_at_their_own_places(local):
    whole = [o.text for o in local(*[request(q, max_tokens=40) for q in QUESTIONS])]
    stop = whole[0][5:8]
    requests = [request(q, max_tokens=40, stop_seqs=(stop,)) for q in QUESTIONS]
    stopped = local(*requests)
    assert [o.text for o in stopped] == [w.split(stop)[0] for w in whole]
    assert [o.usage for o in stopped] == [local(r, batch=1)[0].usage for r in requests]


def test_the_end_token_ends_an_answer(local):
    outputs = local(*[request(f"question {n}", max_tokens=200) for n in range(12)], batch=12)
    ended = [o for o in outputs if o.stop_reason == "stop"]
    assert ended
    assert all(o.usage.output_tokens < 200 and "<|im_end|>" not in o.text for o in ended)


def test_the_chat_template_and_its_arguments_make_the_prompt(local):
    plain, thinking = local(
        request("Hi", max_tokens=8), request("Hi", max_tokens=8, chat_template_kwargs={"enable_thinking": True})
    )
    assert plain.text
    assert (thinking.text, bool(thinking.reasoning)) == ("", True)  # the template opened a block that never closed
    assert thinking.usage.input_tokens > plain.usage.input_tokens


def test_a_template_of_the_users_own_replaces_the_models(local):
    template = "{{ messages[0].content }} ->"
    output = local(request("abc", max_tokens=4), chat_template=template)[0]
    assert output.usage.input_tokens < local(request("abc", max_tokens=4))[0].usage.input_tokens
    with pytest.raises(ConfigError, match="is not a Jinja template"):
        local(request("abc"), chat_template="template.jinja")


def test_what_the_template_refuses_fails_that_sample_only(local):
    template = "{% if messages[0].role == 'system' %}{{ raise_exception('no system role') }}{% endif %}x"
    with pytest.raises(RejectedError, match="no system role"):
        local(Request((Message("system", "s"), Message("user", "u")), GenerationConfig()), chat_template=template)


def test_without_a_template_the_messages_are_the_prompt(tmp_path):
    folder = str(write_checkpoint(tmp_path, template=None))
    messages = (Message("user", "Q: 1"), Message("assistant", "A: 1"), Message("user", "Q: 2"))
    chat, text = answer(
        spec("llm_ckpt", model=folder),
        Request(messages, GenerationConfig(max_tokens=8)),
        request("Q: 1\n\nA: 1\n\nQ: 2", max_tokens=8),
    )
    assert (chat.text, chat.usage) == (text.text, text.usage)


def test_logprobs_in_the_form_of_services(local):
    output = local(request("Hi", max_tokens=5, logprobs=True, top_logprobs=3))[0]
    entries = output.logprobs["content"]
    assert len(entries) == 5
    assert "".join(e["token"] for e in entries) == output.text
    for entry in entries:  # greedy: the token taken is the likeliest
        assert entry["top_logprobs"][0] == {"token": entry["token"], "logprob": pytest.approx(entry["logprob"])}
        assert len(entry["top_logprobs"]) == 3
        assert entry["logprob"] <= 0
    assert "top_logprobs" not in local(request("Hi", max_tokens=5, logprobs=True))[0].logprobs["content"][0]


def test_times_are_measured(local):
    output = local(request("Hi", max_tokens=16, stream=True))[0]
    assert 0 < output.ttft_s < output.latency_s
    assert local(request("Hi", max_tokens=16))[0].ttft_s is None


@pytest.fixture
def at_each_token(monkeypatch):
    """Have a function called at every token a model makes; the list of its calls."""

    def watched(look):
        calls = []

        def stopping(asked):
            calls.append(asked())
            look(asked)
            return asked()

        monkeypatch.setattr(
            llm_ckpt,
            "complete",
            lambda loaded, rows, how, asked: real(loaded, rows, how, lambda: stopping(asked)),
        )
        return calls

    real = llm_ckpt.complete
    return watched


def test_a_time_out_ends_generation(local, at_each_token):
    tokens = at_each_token(lambda stopping: None)
    with pytest.raises(TransientError, match=r"within 0\.05 s"):
        local(request("Hi", max_tokens=490, timeout=0.05), request("1+1", max_tokens=490, timeout=0.05))
    assert 0 < len(tokens) < 490


def test_the_event_loop_stays_free_and_closing_ends_generation(folder, at_each_token):
    looped, ended = threading.Event(), threading.Event()

    def wait_for_the_loop_then_for_the_end(stopping):
        assert looped.wait(60), "the event loop waits for the model"
        wait_until(stopping)
        ended.set()

    async def run():
        model = create(spec("llm_ckpt", model=folder))
        await model.generate(request("warm up", max_tokens=1))
        tokens = at_each_token(wait_for_the_loop_then_for_the_end)
        long = asyncio.create_task(model.generate(request("Hi", max_tokens=490)))
        while not tokens:
            await asyncio.sleep(0.005)
        looped.set()
        await model.close()
        with pytest.raises(asyncio.CancelledError):
            await long
        model._batches._thread.shutdown()
        assert ended.is_set(), "closing does not reach the model"
        assert len(tokens) == 1

    asyncio.run(run())


def test_a_batch_that_does_not_fit_is_halved(folder, monkeypatch, caplog):
    real, sizes = llm_ckpt.complete, []

    def fussy(loaded, rows, how, stopping):
        sizes.append(len(rows))
        if len(rows) > 2:
            raise RuntimeError("CUDA out of memory. Tried to allocate 20 GiB")
        return real(loaded, rows, how, stopping)

    monkeypatch.setattr(llm_ckpt, "complete", fussy)
    requests = [request(f"question {n}", max_tokens=4) for n in range(8)]
    outputs = answer(spec("llm_ckpt", model=folder, concurrency=8), *requests)
    assert sizes == [8, 4, 2, 2, 4, 2, 2]
    assert all(o.text for o in outputs)
    assert "batches now hold 2" in caplog.text


def test_one_prompt_that_does_not_fit_is_refused_with_what_to_change(folder, monkeypatch):
    def full(*args):
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes")

    monkeypatch.setattr(llm_ckpt, "complete", full)
    with pytest.raises(RejectedError, match="precision=bfloat16"):
        answer(spec("llm_ckpt", model=folder), request("Hi"))


def test_scores_that_are_not_finite_are_no_answer(tmp_path):
    import torch
    from transformers import AutoModelForCausalLM

    folder = write_checkpoint(tmp_path)
    model = AutoModelForCausalLM.from_pretrained(folder)
    with torch.no_grad():
        model.lm_head.weight.fill_(torch.nan)
    model.save_pretrained(folder)
    with pytest.raises(RejectedError, match="not finite"):
        answer(spec("llm_ckpt", model=str(folder)), request("Hi", max_tokens=2))


def test_precision_and_attention_are_taken(local):
    args = {"precision": "torch.bfloat16", "attn_implementation": "eager", "device_map": "cpu", "revision": "master"}
    assert local(request("Hi", max_tokens=4), model_args=args)[0].usage.output_tokens == 4


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ({"precison": "float16"}, "Did you mean 'precision'"),
        ({"precision": "float8"}, "Did you mean 'float16'|Did you mean 'float'"),
        ({"hub": "hugginface"}, "Did you mean 'huggingface'"),
        ({"max_model_len": "many"}, "is not a whole number"),
    ],
)
def test_wrong_arguments_name_the_right_ones(local, args, said):
    with pytest.raises(ConfigError, match=said):
        local(request(), model_args=args)


def test_a_missing_folder_is_an_error_before_anything_is_loaded(tmp_path):
    for model in (str(tmp_path / "none"), "./none", "a/b/c"):
        with pytest.raises(ConfigError, match="there is no folder"):
            create(spec("llm_ckpt", model=model))
    with pytest.raises(ConfigError, match=r"no config\.json"):
        create(spec("llm_ckpt", model=str(tmp_path)))


def test_a_service_without_its_address_is_an_error_before_anything_is_loaded():
    with pytest.raises(ConfigError, match=r"'qwen2\.5' is neither a folder here nor an id .* as api_url"):
        create(spec("llm_ckpt", model="qwen2.5"))
    create(spec("llm_ckpt", model="gpt2", model_args={"hub": "huggingface"}))  # has such names


def test_weights_that_cannot_be_loaded_stop_the_run_for_all_who_wait(tmp_path):
    (tmp_path / "config.json").write_text('{"model_type": "no-such-architecture"}')

    async def run():
        model = create(spec("llm_ckpt", model=str(tmp_path)))
        results = await asyncio.gather(*[model.generate(request()) for _ in range(3)], return_exceptions=True)
        await model.close()
        return results

    for error in asyncio.run(run()):
        assert type(error) is FatalError
        assert "could not be loaded" in str(error)


@pytest.mark.parametrize("config", [{"logit_bias": {"1": 1}}, {"extra_body": {"a": 1}}, {"height": 8}])
def test_parameters_without_meaning_here_are_refused(folder, config):
    with pytest.raises(ConfigError, match="cannot be used by eval_type llm_ckpt"):
        create(spec("llm_ckpt", model=folder, generation=GenerationConfig(**config)))


def test_the_fingerprint_tells_what_changes_answers(folder):
    def fingerprint(**more):
        return create(spec("llm_ckpt", model=folder, **more)).fingerprint

    assert fingerprint() == fingerprint(concurrency=32, seed=1)
    assert len({fingerprint(), fingerprint(chat_template="{{1}}"), fingerprint(model_args={"precision": "fp16"})}) == 3


def test_making_a_local_model_imports_no_torch(folder):
    code = (
        "import sys; from evalscope_pytest.models.factory import ModelSpec, create;"
        f"create(ModelSpec('llm_ckpt', {folder!r})); assert 'torch' not in sys.modules and 'aiohttp' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
