"""Questions about real SQLite databases: a query is right if it returns the rows that the reference query returns.

BIRD: Li et al. 2023, Can LLM Already Serve as A Database Interface?, arXiv:2305.03111. The databases are the folder
``dev_databases`` of the release (``minidev.zip``): lay it beside the records, or name it with ``db_root``.
``sample_rows`` shows rows of each table in the prompt; ``timeout`` is in CPU seconds, for either query.
"""

from evalscope_pytest import Sample, benchmark, hub

from .sql_queries import PROMPT, execution_accuracy, knowledge, schema_of, with_database


@benchmark(
    "bird_sql",
    pretty_name="BIRD Mini-Dev",
    dataset=hub("evalscope/bird_mini_dev", subsets=["simple", "moderate", "challenging"], split="mini_dev_sqlite"),
    records=with_database,
    prompt=PROMPT,
    scorer=execution_accuracy(),
    extra_params={"db_root": None, "timeout": 30.0, "sample_rows": 0},
    variant=lambda params: {"timeout_s": float(params["timeout"])},
    tags=["coding", "tables"],
)
def test_bird_sql(record, extra_params) -> Sample:
    schema, hint = schema_of(record["database"], int(extra_params["sample_rows"])), record.get("evidence") or ""
    metadata = {"schema": schema, "knowledge": knowledge(hint), "db_id": record["db_id"]}
    private = {"database": record["database"], "root": record["root"]}
    return Sample(record["question"], record["SQL"], id=str(record["question_id"]), metadata=metadata, private=private)
