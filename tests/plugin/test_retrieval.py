"""Runs of embedding models and rerankers: what is sent, kept, resumed and refused."""

from __future__ import annotations

import json

import pytest

from tests.servers import service
from tests.servers.vector_server import grade, vector

pytest.importorskip("ir_measures", reason="measures rankings: pip install 'evalscope-pytest[retrieval]'")

WORDS = ["red", "green", "blue", "pear", "apple", "car", "bus", "fast", "slow", "old"]
DOCUMENTS = {f"d{n}": f"{WORDS[n % 10]} {WORDS[n // 10]} thing {n}" for n in range(100)}
QUERIES = {f"q{n}": f"{WORDS[n]} {WORDS[9 - n]}" for n in range(8)}
ARGS = '--eval-dataset-args={"general_retrieval": {"dataset_id": "beir"}}'


@pytest.fixture
def beir(project, vector_server):
    """A project with a corpus, and runs that send its texts to a service of embeddings."""
    corpus = [{"_id": number, "title": "", "text": text} for number, text in DOCUMENTS.items()]
    project.write("beir/corpus.jsonl", "".join(json.dumps(row) + "\n" for row in corpus))
    queries = [{"_id": number, "text": text} for number, text in QUERIES.items()]
    project.write("beir/queries.jsonl", "".join(json.dumps(row) + "\n" for row in queries))
    judged = [f"{q}\t{d}\t1\n" for q, text in QUERIES.items() for d, t in DOCUMENTS.items() if t.startswith(text)]
    project.write("beir/qrels/test.tsv", "query-id\tcorpus-id\tscore\n" + "".join(judged))
    project.model = "hashed"
    project.server = vector_server
    project.options += [
        f"--eval-api-url={vector_server.url}", "--eval-model-task=embedding", "--eval-datasets=general_retrieval", ARGS,
        "--eval-model-args=batch_size=8",
    ]  # fmt: skip
    return project


def cosine(query: str, text: str) -> float:
    a, b = vector(query), vector(text)
    return sum(x * y for x, y in zip(a, b, strict=True)) / (sum(x * x for x in a) * sum(x * x for x in b)) ** 0.5


def test_each_text_is_embedded_once_and_a_resumed_run_sends_nothing(beir):
    first = beir.run(here=False)
    assert first.code == 0, first.out
    assert sorted(beir.server.texts) == sorted([*DOCUMENTS.values(), *QUERIES.values()])
    reciprocal = []
    for row, text in zip(first.rows(), QUERIES.values(), strict=True):
        lines = row["model_output"]["choices"][0]["message"]["content"].split("\n")
        ranked = [(line.split("\t")[1], float(line.split("\t")[0])) for line in lines]
        assert {d: pytest.approx(cosine(text, DOCUMENTS[d]), abs=2e-6) for d in DOCUMENTS} == dict(ranked)
        assert [value for _, value in ranked] == sorted((value for _, value in ranked), reverse=True)
        place = next(n for n, (d, _) in enumerate(ranked, 1) if DOCUMENTS[d].startswith(text))
        reciprocal.append(1 / place if place <= 10 else 0.0)
    report = first.reports["general_retrieval"]
    assert [metric["identity"]["dimensions"]["original_name"] for metric in report["metrics"]] == [
        "nDCG@10", "Recall@10", "Recall@100", "MRR@10", "MAP@1000"
    ]  # fmt: skip
    mrr = next(m["score"] for m in report["metrics"] if m["identity"]["dimensions"]["original_name"] == "MRR@10")
    assert mrr == pytest.approx(sum(reciprocal) / len(reciprocal), abs=1e-4)
    beir.server.forget()
    again = beir.run(f"--eval-use-cache={first.work_dir}", "--eval-rerun-review", here=False)
    assert again.code == 0, again.out
    assert not beir.server.requests


def test_two_processes_embed_a_corpus_together_and_a_later_run_finds_it_in_the_cache(beir):
    first = beir.run("-n2", "--eval-response-cache=replies", here=False)
    assert first.code == 0, first.out
    assert sorted(beir.server.texts) == sorted([*DOCUMENTS.values(), *QUERIES.values()])
    beir.server.forget()
    second = beir.run("--eval-response-cache=replies", "-k", "default-3", here=False)
    assert second.code == 0, second.out
    assert not beir.server.requests
    assert len(second.rows()) == 1


def test_a_refused_document_is_an_error_of_every_query_and_the_reason_names_it(beir):
    beir.server.refuses = "thing 42"
    run = beir.run(here=False)
    assert run.code == 1
    assert "thing 42" in run.out
    assert run.counts == {"errors": 8}


def test_a_wrong_key_is_sent_little(beir, first_reply_awaited):
    beir.server.fault_for = lambda received: service.status(401, code="invalid_api_key")
    run = beir.run(here=False)
    assert run.code == 1
    assert len(beir.server.requests) <= 8


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--eval-model-task=rerank", "--eval-model-args={}"], "model_task is rerank"),
        (["--eval-datasets=demo_math"], "evaluates models that generate text, and model_task is embedding"),
        (["--eval-model-task=embeding"], "Did you mean 'embedding'"),
        (["--eval-type=anthropic_api"], "cannot be used with eval_type anthropic_api"),
        (["--eval-generation-config=temperature=0.5", ], "generates no text"),
        (['--eval-dataset-args={"general_retrieval": {"dataset_id": "beir", "extra_params": {"similarity": "cos"}}}'],
         "Did you mean 'cosine'"),
    ],
)  # fmt: skip
def test_what_cannot_be_evaluated_is_refused_before_anything_is_sent(options, said, beir):
    run = beir.run(*options, here=False)
    assert run.code == 4, run.out
    assert said in " ".join(run.out.split())
    assert not beir.server.requests


def test_a_reranker_gets_one_request_for_each_query(project, vector_server):
    texts = list(DOCUMENTS.values())[:20]
    rows = [{"query": text, "documents": texts, "relevant": [n]} for n, text in enumerate(texts[:5])]
    project.write("own/default.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    project.model = "ranks"
    project.options += [
        f"--eval-api-url={vector_server.url}", "--eval-model-task=rerank", "--eval-datasets=general_rerank",
        '--eval-dataset-args={"general_rerank": {"dataset_id": "own"}}',
    ]  # fmt: skip
    run = project.run(here=False)
    assert run.code == 0, run.out
    assert [received.path for received in vector_server.requests] == ["/v1/rerank"] * 5
    assert all(grade(row["query"], row["documents"][row["relevant"][0]]) == 1.0 for row in rows)
    assert run.score("general_rerank") == 1.0


def test_pairs_are_scored_by_the_order_of_their_cosines(project, vector_server):
    pairs = [("a b c d", "a b c d", 5), ("a b c d", "a b c x", 4), ("a b c d", "a b x y", 3), ("a b", "x y", 0)]
    rows = [dict(zip(("sentence1", "sentence2", "score"), pair, strict=True)) for pair in pairs]
    project.write("own/default.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    project.model = "hashed"
    project.options += [
        f"--eval-api-url={vector_server.url}", "--eval-model-task=embedding", "--eval-datasets=general_sts",
        '--eval-dataset-args={"general_sts": {"dataset_id": "own"}}',
    ]  # fmt: skip
    run = project.run(here=False)
    assert run.code == 0, run.out
    assert run.score("general_sts") == 1.0
    assert len(vector_server.texts) == len(set(vector_server.texts)) == 5


def test_the_mock_model_finds_everything(beir):
    beir.options[:] = ["--eval-datasets=general_retrieval", ARGS]
    run = beir.run(model="mock", here=False)
    assert run.code == 0, run.out
    assert run.score("general_retrieval") == 1.0
