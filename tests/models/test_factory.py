"""From a spec to a model: providers, defaults, and what is refused before anything is asked."""

from __future__ import annotations

import asyncio

import pytest

from evalscope_pytest.config.generation import GenerationConfig
from evalscope_pytest.config.task import TaskConfig
from evalscope_pytest.core.errors import ConfigError
from evalscope_pytest.core.secret import Secret, redact
from evalscope_pytest.core.values import ModelOutput
from evalscope_pytest.models import factory
from evalscope_pytest.models.factory import ModelSpec, create, eval_types, register, with_defaults

from .requests import answer, request, spec

URL = "http://127.0.0.1:1/v1"


class Echo:
    """A user's own model."""

    name = fingerprint = "echo"

    async def generate(self, request):
        return ModelOutput(request.messages[-1].content)

    async def close(self):
        pass


@pytest.fixture
def registry(monkeypatch):
    monkeypatch.setattr(factory, "_registered", dict(factory._registered))


def test_a_provider_of_ones_own(registry):
    @register("echo")
    def make(given: ModelSpec):
        assert given.model_args == {"loud": True}
        return Echo()

    assert "echo" in eval_types()
    assert answer(spec("echo", model_args={"loud": True}), request("hello"))[0].text == "hello"


def test_a_model_object_is_used_as_it_is():
    mine = Echo()
    assert create(spec("openai_api", instance=mine)) is mine


def test_an_unknown_eval_type_names_the_closest():
    with pytest.raises(ConfigError, match=r"unknown 'openai_ap'\. Did you mean 'openai_api'"):
        create(spec("openai_ap", URL))


@pytest.mark.parametrize(
    ("given", "filled"),
    [
        ({}, {"temperature": 0.0}),
        ({"max_tokens": 9}, {"max_tokens": 9, "temperature": 0.0}),
        ({"temperature": 0.7}, {"temperature": 0.7}),
        ({"top_p": 0.9}, {"top_p": 0.9}),
        ({"top_k": 5}, {"top_k": 5}),
        ({"do_sample": True}, {"do_sample": True}),
        ({"extra_body": {"temperature": 1}}, {"extra_body": {"temperature": 1}}),
        ({"extra_body": {"min_p": 1}}, {"extra_body": {"min_p": 1}, "temperature": 0.0}),
    ],
)
def test_services_get_temperature_0_unless_sampling_is_asked_for(given, filled):
    assert with_defaults(GenerationConfig(**given), "openai_api", "M") == GenerationConfig(**filled)


@pytest.mark.parametrize("model", ["o1", "o3-mini", "openai/o4-mini", "gpt-5.1"])
def test_reasoning_models_get_no_temperature_and_their_own_limit(openai_server, model):
    assert with_defaults(GenerationConfig(), "openai_api", model) == GenerationConfig()
    answer(spec("openai_api", openai_server.url, model=model), request(max_tokens=5))
    assert openai_server.requests[0].body["max_completion_tokens"] == 5
    assert "max_tokens" not in openai_server.requests[0].body


@pytest.mark.parametrize(
    ("given", "filled"),
    [
        ({}, {"max_tokens": 2048, "do_sample": False}),
        ({"max_tokens": 9}, {"max_tokens": 9, "do_sample": False}),
        ({"temperature": 0.7}, {"max_tokens": 2048, "do_sample": True, "temperature": 0.7}),
        ({"temperature": 0.0}, {"max_tokens": 2048, "do_sample": False, "temperature": 0.0}),
        ({"temperature": 0.0, "top_p": 0.9}, {"max_tokens": 2048, "do_sample": False, "temperature": 0, "top_p": 0.9}),
        ({"do_sample": True}, {"max_tokens": 2048, "do_sample": True}),
    ],
)
def test_local_models_are_greedy_unless_sampling_is_asked_for(given, filled):
    assert with_defaults(GenerationConfig(**given), "llm_ckpt") == GenerationConfig(**filled)


def test_other_providers_get_what_was_given():
    assert with_defaults(GenerationConfig(), "anthropic_api") == GenerationConfig()


def test_do_sample_false_is_temperature_0_to_a_service(openai_server):
    answer(spec("openai_api", openai_server.url), request(do_sample=False), request(do_sample=True))
    assert [r.body.get("temperature") for r in openai_server.requests] in ([0.0, None], [None, 0.0])


@pytest.mark.parametrize("client", ["aiohttp", "sdk"])
@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"height": 64}, r"generation_config\.height: 64 cannot be used by eval_type openai_api"),
        ({"num_inference_steps": 64}, "num_inference_steps"),
        ({"reasoning_tokens": 64}, "extra_body"),
        ({"max_tool_output": 64}, "no benchmark gives a model the output of a tool"),
        ({"do_sample": True, "temperature": 0.0}, "contradicts"),
        ({"do_sample": False, "temperature": 0.5}, "contradicts"),
        ({"extra_body": {"stream": True}}, r"generation_config\.stream"),
        ({"extra_body": {"messages": []}}, "set by the run"),
        ({"extra_headers": {"X-A": "a\nb"}}, "not one line of text"),
        ({"extra_headers": {"X-A": 7}}, "not one line of text"),
    ],
)
def test_parameters_a_service_cannot_use_are_refused(client, config, said):
    with pytest.raises(ConfigError, match=said):
        create(spec("openai_api", URL, model_args={"client": client}, generation=GenerationConfig(**config)))


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ({"clinet": "sdk"}, "Did you mean 'client'"),
        ({"client": "skd"}, "Did you mean 'sdk'"),
        ({"precision": "float16"}, "unknown 'precision'"),
        ({"api_version": "1"}, "unknown 'api_version'"),
        ({"client": "sdk", "api_versio": "1"}, "Did you mean 'api_version'"),
        ({"default_headers": {"X": 1}}, "not one line of text"),
    ],
)
def test_unknown_arguments_name_the_closest(args, said):
    with pytest.raises(ConfigError, match=said):
        create(spec("openai_api", URL, model_args=args))


@pytest.mark.parametrize("url", [None, "", "127.0.0.1:8000/v1", "localhost", "ftp://h/v1", "http://", "http://[bad/v1"])
@pytest.mark.parametrize("client", ["aiohttp", "sdk"])
def test_an_address_that_is_none_is_refused(url, client):
    with pytest.raises(ConfigError, match="api_url"):
        create(spec("openai_api", url, model_args={"client": client}))


@pytest.mark.parametrize("client", ["aiohttp", "sdk"])
def test_a_key_that_cannot_be_sent_is_refused_without_showing_it(client):
    with pytest.raises(ConfigError, match="characters that no key has") as caught:
        create(spec("openai_api", URL, api_key=Secret("geheim-schlüssel"), model_args={"client": client}))
    assert "schlüssel" not in str(caught.value)
    with pytest.raises(ConfigError, match="Give one of them"):
        create(spec("openai_api", "http://u:p@host/v1", model_args={"client": client}))


def test_values_of_headers_that_look_like_keys_are_masked_everywhere():
    headers = {"X-Api-Key": "plain-looking-value", "Authorization": "Token other-looking-value"}
    create(spec("openai_api", URL, generation=GenerationConfig(extra_headers=headers)))
    assert redact("plain-looking-value and other-looking-value") == "*** and ***"


def test_neither_address_nor_key_is_in_the_fingerprint():
    one = create(spec("openai_api", URL, api_key=Secret("canary-key-1")))
    other = create(
        spec("openai_api", "https://host/v1", api_key=Secret("k"), concurrency=3, model_args={"client": "sdk"})
    )
    assert one.fingerprint == other.fingerprint == one.name == "org/M"
    for model in (one, other):
        asyncio.run(model.close())


def test_the_spec_shows_no_key():
    assert "canary" not in repr(spec("openai_api", URL, api_key=Secret("canary-key-1")))


def test_a_spec_from_a_configuration():
    config = TaskConfig(
        model="org/M",
        api_url=URL,
        api_key="canary-key-1",
        generation_config={"max_tokens": 9},
        eval_batch_size=3,
        seed=7,
    )
    made = ModelSpec.from_task(config)
    assert (made.eval_type, made.model, made.api_url) == ("openai_api", "org/M", URL)
    assert (made.concurrency, made.requests_in_flight, made.seed) == (3, 3, 7)
    assert made.api_key.reveal() == "canary-key-1"
    assert made.generation == GenerationConfig(max_tokens=9, temperature=0.0)


def test_a_local_model_is_offered_more_than_a_batch_to_sort():
    assert spec("llm_ckpt", concurrency=16).requests_in_flight == 64
