"""Rankings and their measures, ties, corpora, and the forms of a user's own records."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy
import pytest

from evalscope_pytest import Sample
from evalscope_pytest.benchmarks.bundled import load_bundled
from evalscope_pytest.benchmarks.load import LoadedBenchmark, load
from evalscope_pytest.benchmarks.resolve import resolve
from evalscope_pytest.config.schema import DatasetArgs
from evalscope_pytest.core.errors import ConfigError, DatasetError, NoDataError, RecordError
from evalscope_pytest.datasets.base import DataLocation
from evalscope_pytest.scoring.aggregation import Attempt, aggregate

pytest.importorskip("ir_measures", reason="measures rankings: pip install 'evalscope-pytest[retrieval]'")

# The modules beside the benchmarks, as these have loaded them.
search = vars(sys.modules[load_bundled("general_retrieval").to_sample.__module__])
ranking = vars(sys.modules[load_bundled("general_rerank").variant.__module__])
similarity = vars(sys.modules[load_bundled("general_sts").to_sample.__module__])


def score(relevant: dict[str, int], ranked: list[str], *measures: str) -> list[float]:
    scorer = ranking["measured"]({"measures": list(measures)})["scorer"]
    text = ranking["write_ranking"]([(document, 1.0 / (n + 1)) for n, document in enumerate(ranked)])
    found = scorer.score(text, Sample("q", metadata={"relevant": relevant}))
    return [found.values[name] for name in scorer.metrics]


@pytest.mark.parametrize(
    ("relevant", "ranked", "values"),
    [
        # by hand: DCG = 2 + 1 / log2(3), ideal the same; at depth 2
        ({"a": 2, "b": 1}, ["a", "b", "c"], [1.0, 1.0, 1.0, 1.0, 1.0]),
        ({"a": 2, "b": 1}, ["c", "b", "a"], [0.2398124665, 0.5, 0.5, 0.25, 0.5]),
        ({"a": 1, "b": 0}, ["b", "a"], [0.6309297536, 1.0, 0.5, 0.5, 0.5]),  # 0 is not relevant
        ({"a": 1}, ["x", "y"], [0.0, 0.0, 0.0, 0.0, 0.0]),
        ({"a": 1}, ["a", "a", "b"], [1.0, 1.0, 1.0, 1.0, 0.5]),  # the first time counts
        ({"a": 1}, [], [0.0] * 5),
    ],
)
def test_measures_of_a_ranking(relevant, ranked, values):
    found = score(relevant, ranked, "nDCG@2", "Recall@2", "MRR@2", "map@2", "Precision@2")
    assert found == pytest.approx(values, abs=1e-9)


@pytest.mark.parametrize("text", ["", "no ranking", "0.5", "\t", "0.5\t", "0.5 a\n\n", "1\x00\ta\n" * 3])
def test_a_reply_that_ranks_nothing_right_scores_nothing(text):
    scorer = ranking["measured"]({"measures": ["nDCG@10"]})["scorer"]
    assert scorer.score(text, Sample("q", metadata={"relevant": {"b": 1}})).values == {"nDCG@10": 0.0}


@pytest.mark.parametrize(
    ("measures", "said"),
    [(["nDGC@10"], "Did you mean 'nDCG'"), (["nDCG"], "how many"), ([10], "not a measure"), ([], "the list is empty")],
)
def test_an_unknown_measure_is_refused(measures, said):
    with pytest.raises(ConfigError, match=said):
        ranking["measured"]({"measures": measures})


def test_equal_documents_tie_and_the_greater_id_comes_first():
    rows = [{"_id": number, "text": "same" if number in "ac" else "other"} for number in "abcd"]
    corpus, best = search["_corpus"](rows, ""), search["best"]
    matrix = numpy.asarray([[1.0, 0.0], [0.0, 1.0]], dtype="float32")
    assert corpus.distinct == ["same", "other"]
    assert best(matrix, numpy.asarray([1.0, 0.5], dtype="float32"), corpus) == [
        ("c", 1.0), ("a", 1.0), ("d", 0.5), ("b", 0.5)
    ]  # fmt: skip
    assert [name for name, _ in best(matrix, numpy.asarray([1.0, 0.5]), corpus, own="c")] == ["a", "d", "b"]


def test_no_tie_is_lost_where_a_long_ranking_is_cut():
    rows = [{"_id": f"{n:05}", "text": "same" if n % 2 else f"text {n}"} for n in range(3000)]
    corpus = search["_corpus"](rows, "")
    grades = numpy.asarray([[2.0 if text == "same" else 1.0] for text in corpus.distinct])
    found = [name for name, _ in search["best"](grades, numpy.asarray([1.0]), corpus)]
    assert found == [f"{n:05}" for n in range(2999, 0, -2)][:1000]


def loaded(name: str, folder: Path, **args: Any) -> LoadedBenchmark:
    benchmark = load_bundled(name)
    place = DataLocation(name, benchmark.file.parent, hub="local", dataset_id=str(folder))
    return load(resolve(benchmark, DatasetArgs(**args)), place)


def beir(folder: Path, qrels: str = "qrels/test.tsv", **files: str) -> Path:
    lines = {
        "corpus.jsonl": '{"_id": 1, "text": "red", "title": "A"}\n{"_id": 2, "text": "  "}\n',
        "queries.jsonl": '{"_id": "7", "text": "x"}\n{"_id": 8, "text": "y"}\n',
        qrels: "query-id\tcorpus-id\tscore\n7\t1\t1\n7\t2\t0\n",
        **{name.replace("__", "."): text for name, text in files.items()},
    }
    for name, text in lines.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def test_a_corpus_is_read_in_both_layouts_and_by_subset(tmp_path):
    jsonl = '{"query-id": 7, "corpus-id": 1, "score": 1}\n{"query-id": "7", "corpus-id": "2", "score": 0}\n'
    first = beir(tmp_path / "one")
    second = beir(tmp_path / "two" / "sub", "qrels.jsonl", qrels__jsonl=jsonl)
    found = [
        loaded("general_retrieval", first).subsets["default"],
        loaded("general_retrieval", second).subsets["default"],
        loaded("general_retrieval", second.parent, subset_list=("sub",)).subsets["sub"],
    ]
    for samples in found:
        assert [(sample.id, sample.input, sample.targets) for sample in samples] == [("7", "x", ("1",))]
        assert samples[0].metadata["relevant"] == {"1": 1, "2": 0}
    assert len({samples[0].metadata["corpus"] for samples in found}) == 1
    prefixed = loaded("general_retrieval", first, extra_params={"document_prefix": "passage: "})
    corpora = search["_corpora"]
    assert corpora[prefixed.subsets["default"][0].metadata["corpus"]].texts == ("passage: A red",)
    template = loaded("general_retrieval", first, prompt_template="query: {query}")
    assert template.messages(template.subsets["default"][0])[0].content == "query: x"


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"corpus__jsonl": '{"_id": 1, "text": "a"}\n{"_id": "1", "text": "b"}\n'}, "have the id '1'"),
        ({"corpus__jsonl": '{"text": "a"}\n'}, "a document has no '_id'"),
        ({"corpus__jsonl": '{"_id": 1, "text": null}\n'}, "a document is"),
        ({"corpus__jsonl": '{"_id": 1, "text": ""}\n'}, "no document with a text"),
        ({"queries__jsonl": '{"_id": 8, "text": "y"}\n'}, "1 queries have judgements and no text, such as '7'"),
        ({"queries__jsonl": '{"_id": 7, "text": ""}\n'}, "the query has no text"),
        ({"qrels/test__tsv": "query\tdoc\tscore\n7\t1\t1\n"}, "a judgement has no 'query-id'"),
        ({"qrels/test__tsv": "query-id\tcorpus-id\tscore\n7\t1\t0.5\n"}, "the grade of a judgement is '0.5'"),
    ],
)
def test_a_malformed_corpus_is_refused(files, said, tmp_path):
    with pytest.raises(DatasetError, match=said):
        loaded("general_retrieval", beir(tmp_path, **files))


def test_a_missing_split_names_those_that_are_there(tmp_path):
    with pytest.raises(NoDataError, match=r"no file qrels/dev\.\* or qrels\.\*.*There is: qrels/test\.tsv"):
        loaded("general_retrieval", beir(tmp_path), eval_split="dev")


@pytest.mark.parametrize(
    ("record", "grades"),
    [
        ({"documents": ["a", "b"], "relevant": [1]}, {"0": 0, "1": 1}),
        ({"documents": ["a", {"text": "b"}], "scores": [3, 0]}, {"0": 3, "1": 0}),
        ({"documents": ["a", "b"], "labels": [True, False]}, {"0": 1, "1": 0}),
        ({"positive": ["a"], "negative": ["b", "c"]}, {"0": 1, "1": 0, "2": 0}),
        ({"positive": "a"}, {"0": 1}),
        ({"documents": ["a", "b"], "relevant": []}, {"0": 0, "1": 0}),
    ],
)
def test_candidates_in_all_forms(record, grades):
    assert load_bundled("general_rerank").to_sample({"query": "q", **record}).metadata["relevant"] == grades


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ({"query": "q", "documents": ["a"]}, "no labels"),
        ({"query": "q", "documents": []}, "no documents"),
        ({"query": "", "documents": ["a"], "relevant": [0]}, "no query"),
        ({"query": "q", "documents": ["a"], "relevant": [1]}, "names the place 1"),
        ({"query": "q", "documents": ["a"], "scores": [0.5]}, "not a whole number"),
        ({"query": "q", "documents": ["a"], "scores": [1, 0]}, "not a whole number"),
    ],
)
def test_candidates_without_a_truth_are_refused(record, said):
    with pytest.raises(RecordError, match=said):
        load_bundled("general_rerank").to_sample(record)


def test_pairs_are_read_with_and_without_a_header(tmp_path):
    (tmp_path / "a.csv").write_text("x one,y one,2.5\nx two,y two,-1\n")
    (tmp_path / "b.tsv").write_text("sentence1\tsentence2\tscore\nx one\ty one\t2.5\nx two\ty two\t-1\n")
    (tmp_path / "c.jsonl").write_text(
        "".join(json.dumps({"sentence1": f"x {n}", "sentence2": f"y {n}", "score": s}) + "\n" for n, s in
                (("one", 2.5), ("two", -1)))
    )  # fmt: skip
    found = loaded("general_sts", tmp_path, subset_list=("a", "b", "c")).subsets
    for samples in found.values():
        assert [(s.messages[0].text, s.messages[1].text, s.metadata["score"]) for s in samples] == [
            ("x one", "y one", 2.5), ("x two", "y two", -1.0)
        ]  # fmt: skip


@pytest.mark.parametrize(
    "record",
    [
        {"sentence1": "a", "sentence2": "b"},
        {"sentence1": "a", "sentence2": "b", "score": "nan"},
        {"sentence1": "a", "sentence2": " ", "score": 1},
        {"sentence1": "a", "score": 1},
    ],
)
def test_a_pair_that_lacks_something_is_refused(record):
    with pytest.raises(RecordError, match="Write"):
        similarity["pair_of"](record)


def test_correlations_over_all_pairs():
    scorer = load_bundled("general_sts").scorer
    cosines = [0.1, 0.5, 0.5, 0.9, -0.2, 0.3]
    grades = [1.0, 3.0, 2.0, 5.0, -1.0, 2.0]
    scores = [
        scorer.score(repr(cosine), Sample("", metadata={"score": grade}))
        for cosine, grade in zip(cosines, grades, strict=True)
    ]
    attempts = [Attempt(n, 0, s.values, None, s.metadata["weights"]) for n, s in enumerate(scores)]
    # scipy.stats.spearmanr and pearsonr give these
    found = {m.name: m.score for m in aggregate(attempts, scorer.metrics, scorer.aggregation)}
    assert found == pytest.approx(
        {"cosine_spearman": 0.9558823529411764, "cosine_pearson": 0.9784388878936985}, abs=1e-12
    )
    assert aggregate(attempts[:1], scorer.metrics, scorer.aggregation) == []  # not defined
