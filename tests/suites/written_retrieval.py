"""Small records of benchmarks of embeddings and rerankers; see `written`."""

from __future__ import annotations

from typing import Any

_DOCUMENTS = [("d1", "Pears", "a red pear"), ("d2", "", "a green apple"), ("d3", "", "a red car"), ("d4", "", "")]
FILES: dict[str, dict[str, Any]] = {
    "general_retrieval": {
        "corpus.jsonl": [{"_id": number, "title": title, "text": text} for number, title, text in _DOCUMENTS],
        "queries.jsonl": [{"_id": "q1", "text": "red fruit"}, {"_id": "q2", "text": "never judged"}],
        "qrels/test.tsv": "query-id\tcorpus-id\tscore\nq1\td1\t2\nq1\td3\t0\n",
    },
    "general_rerank": {
        "default.jsonl": [
            {
                "query": "green apple",
                "documents": ["a red pear", {"title": "Apple", "text": "green"}],
                "scores": [0, 2],
            },
            {"query": "fast car", "positive": ["a very fast car"], "negative": ["a slow bus", "fast food"]},
        ]
    },
    "general_sts": {
        "en.csv": 'A man eats.,"A man, eating.",4.8\nA cat sleeps.,A dog runs.,0.4\n',
        "zh.jsonl": [{"sentence1": "一个人在吃饭。", "sentence2": "有人吃饭。", "score": 5}],
    },
}
SUBSETS = {"general_sts": ["en", "zh"]}
NO_OFFICIAL = set(FILES)
# The cosine of two sentences is right only as one of many.
NO_REFERENCE = {"general_sts"}
