"""Local models that take pictures or recordings, on tiny ones with random weights."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from types import SimpleNamespace

import pytest

from evalscope_pytest.config.generation import GenerationConfig
from evalscope_pytest.core.content import Image
from evalscope_pytest.core.errors import ConfigError, FatalError, MediaError, RejectedError
from evalscope_pytest.core.values import Message
from evalscope_pytest.models import llm_ckpt, modality
from evalscope_pytest.models.factory import create
from evalscope_pytest.models.modality import media_refusal, taken_by, task_of
from evalscope_pytest.models.multimodal import adds_tokens
from evalscope_pytest.models.processors import check_form
from evalscope_pytest.wire.request import Request
from tests.media import png

from .local_parts import asked, hiss, medium, noise, user
from .requests import answer, request, spec
from .tiny import write_checkpoint
from .tiny_media import write_llava, write_qwen_audio, write_qwen_vl, write_smolvlm, write_whisper

pytest.importorskip("torch", reason="local models need evalscope-pytest[local]")
pytest.importorskip("transformers", reason="local models need evalscope-pytest[local]")
pytest.importorskip("PIL", reason="local models of pictures need evalscope-pytest[vlm]")

A, B = noise(1), noise(2, 90, 30)
KINDS = {"llava": write_llava, "qwen_audio": write_qwen_audio, "whisper": write_whisper}


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """The folders of tiny checkpoints by name, each made when a test first asks for it."""
    import torch

    torch.set_num_threads(1)  # more only get in each other's way with models this small
    made = {}

    def folder(name):
        if name != "llava":
            pytest.importorskip("av", reason="local models of recordings need evalscope-pytest[audio]")
        if name not in made:
            made[name] = KINDS[name](tmp_path_factory.mktemp(name))
        return made[name]

    return folder


@pytest.fixture
def local(folders):
    """Ask a tiny model, ``batch`` questions at a time."""

    def run(name, *requests, batch=8, **more):
        return answer(spec("llm_ckpt", model=str(folders(name)), concurrency=batch, **more), *requests)

    return run


def outcomes(model_spec, *requests):
    """Return the answers of one batch, errors among them."""

    async def run():
        model = create(model_spec)
        try:
            return await asyncio.gather(*map(model.generate, requests), return_exceptions=True)
        finally:
            await model.close()

    return asyncio.run(run())


def agree(local, name, requests, **more):
    """Check that a batch's answers are those of single requests; return their texts."""
    together = local(name, *requests, **more)
    single = local(name, *requests, batch=1, **more)
    assert [(o.text, o.usage, o.stop_reason) for o in together] == [(o.text, o.usage, o.stop_reason) for o in single]
    return [o.text for o in together]


# Pictures ------------------------------------------------------------------------------------------------------------


def test_batched_answers_to_pictures_equal_single_ones_and_depend_on_pictures_and_their_order(local):
    requests = [
        asked("What?", A),
        asked("What?", B),
        asked("Which of ", A, " and ", B, " is it?"),
        asked("Which of ", B, " and ", A, " is it?"),
        asked("Which of ", B, " and ", B, " is it?"),
        asked("What?"),
        *[asked("What?", picture, do_sample=True, temperature=1.0, repeat=n) for n in (0, 1) for picture in (A, B)],
    ]
    texts = agree(local, "llava", requests)
    assert len(set(texts)) == len(texts)
    agree(local, "llava", [asked(w, A, max_tokens=24, repetition_penalty=1.3) for w in ("What?", "What is it, then?")])


def test_the_tokens_of_a_picture_count_as_the_prompts(local):
    one, two, none = local("llava", asked("What?", A), asked("What?", A, B), asked("What?"))
    place = two.usage.input_tokens - one.usage.input_tokens
    assert place == one.usage.input_tokens - none.usage.input_tokens == 4 + 1  # the template ends a picture's line


@pytest.mark.parametrize(("first", "adds"), [("<s>", False), ("<t>", True), (None, True)])
def test_the_first_token_is_added_unless_the_template_wrote_it(first, adds):
    loaded = SimpleNamespace(tokenizer=SimpleNamespace(bos_token=first))
    assert adds_tokens(loaded, "<s>user: hi") is adds


def test_limits_stops_and_context_hold_with_pictures(local):
    whole = local("llava", asked("What?", A, max_tokens=30))[0].text
    stopped = local("llava", asked("What?", A, max_tokens=30, stop_seqs=(whole[6:8],)), asked("What?", B, "?"))[0]
    assert (stopped.text, stopped.stop_reason) == (whole[: whole.index(whole[6:8])], "stop")
    requests = [asked("What?", A, max_tokens=60), asked("What? " * 4, B, max_tokens=60), asked("word " * 90, B)]
    results = outcomes(spec("llm_ckpt", model=stopped.model, model_args={"max_model_len": 70}), *requests)
    assert [r.stop_reason for r in results[:2]] == ["model_length", "model_length"]
    assert [r.usage.total_tokens for r in results[:2]] == [70, 70]
    assert isinstance(results[2], RejectedError)
    assert "context is 70" in str(results[2])


def test_a_picture_that_cannot_be_decoded_costs_its_own_question_only(folders):
    hollow = Image(medium(png(4, 4, pixels=False), "hollow.png"))
    gone = Image(replace(medium(png(), "gone.png"), open=None))
    before, *failed, after = outcomes(
        spec("llm_ckpt", model=str(folders("llava"))), *[asked("What?", p) for p in (A, hollow, gone, B)]
    )
    assert before.text
    assert after.text
    assert all(isinstance(error, MediaError) for error in failed)
    assert "hollow.png is a picture that cannot be decoded" in str(failed[0])


def test_a_question_that_the_processor_refuses_costs_itself_only(folders, monkeypatch):
    real = llm_ckpt.tensors

    def fussy(loaded, texts, media):
        if any("bad" in text for text in texts):
            raise KeyError("bad")
        return real(loaded, texts, media)

    monkeypatch.setattr(llm_ckpt, "tensors", fussy)
    results = outcomes(spec("llm_ckpt", model=str(folders("llava"))), *[asked(w, A) for w in ("good", "bad", "fine")])
    assert [isinstance(r, RejectedError) for r in results] == [False, True, False]


def test_a_mark_in_a_question_is_no_picture(local):
    with_mark, without = local("llava", asked("<image> or ", A, "?"), asked("or ", A, "?"))
    assert with_mark.usage.input_tokens > without.usage.input_tokens
    assert local("llava", asked("Is <image> a tag?"))[0].text


def test_media_are_read_when_their_batch_is_made(folders, monkeypatch):
    opened, read_by_batch = [], []
    real = llm_ckpt.complete
    monkeypatch.setattr(llm_ckpt, "complete", lambda *args: read_by_batch.append(len(opened)) or real(*args))

    def watched(part):
        source = part.source
        return replace(part, source=replace(source, open=lambda: opened.append(1) or source.open()))

    requests = [asked(f"{n}", watched(noise(n)), max_tokens=1) for n in range(5)]
    answer(spec("llm_ckpt", model=str(folders("llava")), concurrency=2), *requests)
    assert read_by_batch == [2, 4, 5]


def test_a_batch_of_pictures_that_does_not_fit_is_halved(folders, monkeypatch):
    real, sizes = llm_ckpt.complete, []

    def fussy(loaded, rows, *rest):
        sizes.append(len(rows))
        if len(rows) > 1:
            raise RuntimeError("CUDA out of memory. Tried to allocate 20 GiB")
        return real(loaded, rows, *rest)

    monkeypatch.setattr(llm_ckpt, "complete", fussy)
    texts = [o.text for o in answer(spec("llm_ckpt", model=str(folders("llava"))), asked("a", A), asked("b", B))]
    assert all(texts)
    assert sizes == [2, 1, 1]


def test_system_messages_and_begun_answers_go_through_the_template(local):
    plain = Request((user("What?", A),), GenerationConfig(max_tokens=8))
    system = replace(plain, messages=(Message("system", "Be brief."), *plain.messages))
    begun = replace(plain, messages=(*plain.messages, Message("assistant", "It is")))
    outputs = local("llava", plain, system, begun)
    assert len({o.text for o in outputs}) == 3
    assert len({o.usage.input_tokens for o in outputs}) == 3


TEMPLATES = {
    "texts": "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}",
    "joined": "{% for m in messages %}{{ m.role + ': ' + m.content + '\n' }}{% endfor %}",
}


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_template_of_texts_gets_a_mark_for_each_picture(local, template):
    requests = [asked("What?", A), asked("What?", B), asked("What?", A, B)]
    assert len(set(agree(local, "llava", requests, chat_template=TEMPLATES[template]))) == 3


def test_a_template_that_leaves_pictures_out_is_refused(local):
    with pytest.raises(RejectedError, match=r"writes 0 marks for the 1 media .* that writes <image> for each"):
        local("llava", asked("What?", A), chat_template="{{ messages[0].role }}")


def test_without_a_template_marks_and_texts_are_the_prompt(folders, tmp_path):
    bare = write_llava(tmp_path, template=None)
    first, other, none = answer(
        spec("llm_ckpt", model=str(bare)), asked("What is ", A), asked("What is ", B), asked("What is ")
    )
    assert first.text != other.text
    assert first.usage.input_tokens > none.usage.input_tokens


def test_a_task_of_text_alone_answers_texts_alike_and_refuses_pictures(local):
    asked_for = request("Hi", max_tokens=8)
    assert local("llava", asked_for)[0].text == local("llava", asked_for, task="text_generation")[0].text
    with pytest.raises(RejectedError, match=r"takes text only .*as chosen.* Leave model_task out"):
        local("llava", asked("What?", A), task="text_generation")


# Recordings ----------------------------------------------------------------------------------------------------------


def test_batched_answers_to_recordings_equal_single_ones_and_depend_on_them_and_their_order(local):
    requests = [
        asked("What?", hiss(1)),
        asked("What?", hiss(2, 1.3, 8_000)),
        asked("First ", hiss(1, 0.2), " then ", hiss(3, 0.6)),
        asked("First ", hiss(3, 0.6), " then ", hiss(1, 0.2)),
        asked("What?"),
    ]
    texts = agree(local, "qwen_audio", requests)
    assert len(set(texts)) == len(texts)


def test_a_recording_beyond_what_the_model_hears_is_refused_rather_than_cut(folders):
    results = outcomes(
        spec("llm_ckpt", model=str(folders("qwen_audio"))), asked("What?", hiss(1)), asked("What?", hiss(1, 3.0))
    )
    assert results[0].text
    assert "a recording of 3.0 s; this model hears 2 s of one" in str(results[1])


def test_whisper_writes_down_batches_as_single_ones(local):
    french = {"chat_template_kwargs": {"language": "French"}}
    requests = [
        asked("Write it down.", hiss(1)),
        asked(hiss(2, 1.3, 8_000)),
        asked(hiss(3, 0.2), **french),
        asked(hiss(4, 0.2), do_sample=True, temperature=2.0),
        asked(hiss(5, 0.2), do_sample=True, temperature=2.0),
    ]
    texts = agree(local, "whisper", requests)
    assert len(set(texts)) > 2
    outputs = local("whisper", *requests[:2])
    assert [o.usage.input_tokens for o in outputs] == [1504, 1504]  # places of the encoder, and what the decoder has
    assert all(o.text == o.text.strip() and "<|" not in o.text for o in outputs)


def test_whisper_detects_the_language_or_takes_it(local, monkeypatch):
    from evalscope_pytest.models import speech

    starts = []
    real = speech.speech_tensors

    def watched(*args):
        made = real(*args)
        starts.extend(made.rows)
        return made

    monkeypatch.setattr(llm_ckpt, "speech_tensors", watched)
    languages = ("en", "english", "French", "zh")
    for language in languages:
        local("whisper", asked(hiss(1), chat_template_kwargs={"language": language, "task": "translate"}))
    local("whisper", asked(hiss(1)))
    assert len({row[1] for row in starts[:4]}) == 3
    assert starts[0] == starts[1]
    assert starts[4][1] in {row[1] for row in starts[:4]}
    assert starts[4][2] != starts[0][2]


def test_a_recording_longer_than_the_window_is_written_down_whole(local, monkeypatch):
    pieces = []
    real = llm_ckpt.transcribe_long

    def watched(loaded, *rest):
        hook = loaded.model.model.encoder.register_forward_hook(lambda *_: pieces.append(1))
        try:
            return real(loaded, *rest)
        finally:
            hook.remove()

    monkeypatch.setattr(llm_ckpt, "transcribe_long", watched)
    long, short = hiss(1, 61, 2_000), asked(hiss(2))
    alone = local("whisper", asked(long, max_tokens=200))[0]
    assert len(pieces) >= 3  # of 30 s
    assert alone.usage.input_tokens == 3 * 1500
    beside = local("whisper", short, asked(long, max_tokens=200), short)
    assert [(o.text, o.usage) for o in beside[::2]] == [(o.text, o.usage) for o in local("whisper", short, short)]
    assert (alone.text, alone.usage) == (beside[1].text, beside[1].usage)
    cut = local("whisper", asked(long, max_tokens=5))[0]
    assert (cut.usage.output_tokens, cut.stop_reason) == (5, "max_tokens")
    with pytest.raises(RejectedError, match="piece by piece, without sampling"):
        local("whisper", asked(long, do_sample=True))


@pytest.mark.parametrize(
    ("parts", "config", "said"),
    [
        (["Hi"], {}, "takes one recording, and these messages hold none"),
        ([hiss(1), hiss(2)], {}, "these messages hold 2"),
        ([A], {}, "takes recordings only .* hold pictures"),
        ([hiss(1)], {"chat_template_kwargs": {"language": "klingon"}}, "'klingon' is unknown to this model"),
        ([hiss(1)], {"chat_template_kwargs": {"langage": "en"}}, "Did you mean 'language'"),
        ([hiss(1)], {"chat_template_kwargs": {"task": "transcibe"}}, "Did you mean 'transcribe'"),
    ],
)
def test_what_whisper_does_not_take(local, parts, config, said):
    with pytest.raises(RejectedError, match=said):
        local("whisper", asked(*parts, **config))


def test_a_whisper_of_one_language_takes_no_choice_of_it(tmp_path):
    pytest.importorskip("av", reason="local models of recordings need evalscope-pytest[audio]")
    settings = write_whisper(tmp_path) / "generation_config.json"
    settings.write_text(json.dumps(json.loads(settings.read_text()) | {"is_multilingual": False}))
    chosen = {"chat_template_kwargs": {"language": "en"}}
    plain, *refused = outcomes(
        spec("llm_ckpt", model=str(tmp_path)),
        asked(hiss(1)),
        asked(hiss(1), **chosen),
        asked(hiss(1, 31, 2_000), **chosen),
    )
    assert plain.usage.input_tokens == 1500 + 2
    assert all("one language only" in str(error) for error in refused)


# Tasks ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("config", "task", "taken"),
    [
        ({"model_type": "llava", "vision_config": {}}, "image_text_to_text", ("image",)),
        ({"model_type": "x", "vision_config": {}, "audio_config": {}}, "image_text_to_text", ("image", "audio")),
        ({"model_type": "x", "thinker_config": {"audio_config": {}}}, "audio_text_to_text", ("audio",)),
        ({"model_type": "whisper"}, "automatic_speech_recognition", ("audio",)),
        ({"model_type": "qwen2"}, "text_generation", ()),
        ({"model_type": "qwen2", "vision_config": None}, "text_generation", ()),
        ([1], "text_generation", ()),
    ],
)
def test_the_configuration_shows_what_a_checkpoint_takes(tmp_path, config, task, taken):
    (tmp_path / "config.json").write_text(json.dumps(config))
    assert task_of(tmp_path) == "text_generation"  # as before, as long as there is no processor
    (tmp_path / "preprocessor_config.json").write_text("{}")
    assert task_of(tmp_path) == task
    assert taken_by(tmp_path, task) == taken


def test_a_modality_is_refused_before_weights_are_loaded(folders):
    def refusal(kinds, name, **more):
        return media_refusal(kinds, spec("llm_ckpt", model=str(folders(name)), **more))

    assert refusal({"image"}, "llava") == refusal({"audio"}, "qwen_audio") == refusal(set(), "llava") == ""
    assert "takes text and pictures (model_task image_text_to_text" in refusal({"audio"}, "llava")
    assert "takes text and recordings" in refusal({"image", "audio"}, "qwen_audio")
    assert "takes text only" in refusal({"image"}, "llava", task="text_generation")
    assert "sends no videos" in refusal({"video"}, "llava")
    assert media_refusal({"image"}, spec("llm_ckpt", model="org/not-here-yet")) == ""


def test_the_task_is_part_of_the_fingerprint_of_what_is_not_text(folders, tmp_path):
    text = str(write_checkpoint(tmp_path))

    def fingerprint(model, **more):
        return create(spec("llm_ckpt", model=model, **more)).fingerprint

    assert fingerprint(text) == fingerprint(text, task="text_generation") == f"llm_ckpt:{text}::::"
    llava = str(folders("llava"))
    assert fingerprint(llava) != fingerprint(llava, task="text_generation")


@pytest.mark.parametrize(("name", "module", "extra"), [("llava", "PIL", "vlm"), ("whisper", "av", "audio")])
def test_a_missing_library_is_an_error_before_anything_is_loaded(folders, monkeypatch, name, module, extra):
    folder = str(folders(name))
    real = modality.find_spec
    monkeypatch.setattr(modality, "find_spec", lambda wanted: None if wanted == module else real(wanted))
    with pytest.raises(ConfigError, match=rf"pip install 'evalscope-pytest\[{extra}\]'"):
        create(spec("llm_ckpt", model=folder))


def test_a_task_that_the_checkpoint_is_not_made_for(tmp_path):
    text = str(write_checkpoint(tmp_path))
    with pytest.raises(FatalError, match=r"no processor of text and media.*model_task"):
        answer(spec("llm_ckpt", model=text, task="image_text_to_text"), request("Hi"))


def test_a_model_that_answers_questions_is_no_recognizer(local):
    with pytest.raises(FatalError, match="Leave model_task out"):
        local("qwen_audio", asked(hiss(1)), task="automatic_speech_recognition")


@pytest.mark.parametrize(
    ("task", "apart", "said"),
    [
        ("image_text_to_text", True, "decodes answers apart"),
        ("audio_text_to_text", True, "decodes answers apart"),
        ("automatic_speech_recognition", False, "not a recognizer"),
    ],
)
def test_a_model_that_answers_in_another_form_is_refused(task, apart, said):
    model = SimpleNamespace(config=SimpleNamespace(is_encoder_decoder=apart))
    with pytest.raises(FatalError, match=said):
        check_form(model, task, "m")
    check_form(SimpleNamespace(config=SimpleNamespace(is_encoder_decoder=not apart)), task, "m")


# Models whose processors need torchvision ----------------------------------------------------------------------------


def test_a_missing_torchvision_is_named_with_the_version_that_fits(folders, monkeypatch):
    import torch
    import transformers

    def fails(*args, **more):
        raise ImportError("Qwen2VLVideoProcessor requires the Torchvision library but it was not found")

    monkeypatch.setattr(transformers.AutoProcessor, "from_pretrained", fails)
    fitting = f"0.{int(torch.__version__.split('.')[1]) + 15}"
    with pytest.raises(FatalError, match=rf"needs torchvision.* pip install 'torchvision=={fitting}\.\*'"):
        answer(spec("llm_ckpt", model=str(folders("llava"))), request("Hi"))


def _torchvision():
    try:
        import torchvision  # noqa: F401
    except Exception:  # one that was built for another torch fails in its own ways
        return False
    return True


@pytest.mark.skipif(not _torchvision(), reason="Qwen2-VL and SmolVLM need torchvision")
@pytest.mark.parametrize("make", [write_qwen_vl, write_smolvlm])
def test_models_of_moving_pictures_take_pictures(make, tmp_path):
    if make is write_smolvlm:
        pytest.importorskip("num2words", reason="SmolVLM needs num2words")
    folder = str(make(tmp_path))
    requests = [asked("What?", A), asked("What?", B), asked(A, "or", B, "?"), asked(B, "or", A, "?"), asked("What?")]
    together = answer(spec("llm_ckpt", model=folder), *requests)
    assert [o.text for o in together] == [answer(spec("llm_ckpt", model=folder), r)[0].text for r in requests]
    assert len({o.text for o in together}) == len(requests)
