"""Local embedding models and rerankers: tiny ones with random weights, and what is refused without loading any."""

from __future__ import annotations

import json

import pytest

from evalscope_pytest.config.generation import GenerationConfig
from evalscope_pytest.core.errors import ConfigError, FatalError
from evalscope_pytest.core.values import Message
from evalscope_pytest.core.vectors import unpacked
from evalscope_pytest.models import sentence_models
from evalscope_pytest.models.factory import create
from evalscope_pytest.wire.request import Request

from .requests import answer, spec

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "red", "green", "pear", "apple", "car"]
NEEDED = "local models: pip install 'evalscope-pytest[rag]'"


def request(*texts: str) -> Request:
    return Request(tuple(Message("user", text) for text in texts), GenerationConfig())


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a function that writes a tiny BERT of a class of transformers, and returns its folder."""
    pytest.importorskip("sentence_transformers", reason=NEEDED)
    import transformers

    def make(kind: str) -> str:
        path = tmp_path_factory.mktemp("bert")
        (path / "vocab.txt").write_text("\n".join(WORDS))
        sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
        config = transformers.BertConfig(vocab_size=len(WORDS), num_labels=1, **sizes)
        getattr(transformers, kind)(config).save_pretrained(path)
        transformers.BertTokenizerFast(vocab_file=str(path / "vocab.txt")).save_pretrained(path)
        return str(path)

    return make


def test_a_local_encoder_gives_vectors_under_another_pooling_and_length(folder):
    path = folder("BertModel")
    found = {}
    for name, args in {"own": {}, "cls": {"pooling_mode": "cls"}, "short": {"dimensions": 8}}.items():
        output = answer(spec("llm_ckpt", model=path, task="embedding", model_args=args), request("red pear", "car"))[0]
        found[name] = [unpacked(line) for line in output.text.split("\n")]
    assert [len(vectors[0]) for vectors in found.values()] == [16, 16, 8]
    assert found["short"][0].tolist() == pytest.approx(found["own"][0][:8].tolist(), abs=1e-6)
    assert found["cls"][0].tolist() != pytest.approx(found["own"][0].tolist(), abs=1e-3)


def test_a_local_reranker_grades_each_document(folder):
    given = spec("llm_ckpt", model=folder("BertForSequenceClassification"), task="rerank")
    grades = json.loads(answer(given, request("red", "a red pear", "green", "a red pear"))[0].text)
    assert len(grades) == 3
    assert grades[0] == pytest.approx(grades[2], abs=1e-6)
    assert grades[0] != grades[1]


def test_a_folder_without_weights_is_an_error_of_the_run(tmp_path):
    pytest.importorskip("sentence_transformers", reason=NEEDED)
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(FatalError, match="could not be loaded"):
        answer(spec("llm_ckpt", model=str(tmp_path), task="embedding"), request("red"))


def test_a_missing_library_is_an_error_before_anything_is_loaded(tmp_path, monkeypatch):
    (tmp_path / "config.json").write_text("{}")
    monkeypatch.setattr(sentence_models, "LIBRARY", "no_such_library")
    with pytest.raises(ConfigError, match=r"pip install 'evalscope-pytest\[rag\]'"):
        create(spec("llm_ckpt", model=str(tmp_path), task="embedding"))


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"model": "./nowhere"}, "there is no folder './nowhere'"),
        ({"model_args": {"pooling_mode": "clss"}}, "Did you mean 'cls'"),
        ({"model_args": {"max_seq_len": 8}}, "Did you mean 'max_seq_length'"),
        ({"model_args": {"model_kwargs": 1}}, "not a mapping"),
        ({"chat_template": "{{ x }}"}, "no text is generated"),
    ],
)
def test_wrong_settings_are_refused(more, said, tmp_path):
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ConfigError, match=said):
        create(spec("llm_ckpt", **{"model": str(tmp_path), "task": "embedding", **more}))
