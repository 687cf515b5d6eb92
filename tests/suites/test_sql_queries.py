"""BIRD: queries in replies, and what a hostile one gets at."""

from __future__ import annotations

from pathlib import Path
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest import Sample, Score
from evalscope_pytest.core.errors import SandboxError, ScoringError, UsageError
from suites.code.sql_queries import execution_accuracy, query_of, schema_of

from .test_suites import from_written, loaded_from, score_of
from .written import write

UNION = "WITH a AS (SELECT 1)\nSELECT * FROM a\nUNION\nSELECT 2"
QUERY = "SELECT name\nFROM lake\nWHERE depth > 20"


@pytest.mark.parametrize(
    "reply",
    [
        f"```sql\n{QUERY};\n```",
        f"```sqlite\n{QUERY}\n```\nwhich returns\n```\nBram\n```",
        f"```SQL\n{QUERY}\n```",
        f"```sql\n{QUERY}",
        f"```sql\n{QUERY};\nThis lists the deep lakes.",
        f"```\n{QUERY}\n```\n```text\nname\nBram\n```",
        f"Try ```sql\nSELECT 1\n``` no:\n```sql\nSELECT 1\n```\nBetter:\n```sql\n{QUERY}\n```",
        QUERY,
        f"The query is:\n{QUERY};",
        f"The query is:\n{QUERY}\n\nIt lists the deep lakes.",
        f"SQL: {QUERY}",
        f"**Answer:** {QUERY}",
        f"Let me think. We need lakes.\n\n{QUERY}\nThis lists the deep lakes, as wanted.",
        f"<think>```sql\nSELECT 1\n```</think>{QUERY}",
        '{"sql": "SELECT name\\nFROM lake\\nWHERE depth > 20"}',
        f"First:\nSELECT 1;\n\nNo, rather:\n{QUERY};",
    ],
)
def test_a_query_is_read(reply: str) -> None:
    assert query_of(reply) == QUERY


@pytest.mark.parametrize(
    ("reply", "query"),
    [
        ("It is `SELECT 1` here.", "SELECT 1"),
        ("The answer is SELECT COUNT(*) FROM lake.", "SELECT COUNT(*) FROM lake"),
        ("```sql SELECT 1```", "SELECT 1"),
        ("-- all\nWITH a AS (SELECT 1)\nSELECT * FROM a\nUNION\nSELECT 2", UNION),
        ("```sql\n-- join the two\n(SELECT 1)\n```", "-- join the two\n(SELECT 1)"),
        ("I cannot answer this.", ""),
        ("", ""),
        ("```\n2\n```", ""),
    ],
)  # fmt: skip
def test_other_forms(reply: str, query: str) -> None:
    assert query_of(reply) == query


@given(st.text(alphabet="`sql SELECT\n;-()*: a", max_size=300))
def test_any_reply_is_read(reply: str) -> None:
    assert query_of(reply) == query_of(reply).strip()


def test_long_replies_are_read_in_no_time() -> None:
    before = process_time()
    for piece in ("SELECT ", "```sql\n", "`SELECT ", "a: ", "--\n", "( ", "\n \n"):
        query_of(piece * 20_000)
    assert process_time() - before < 5


@pytest.fixture
def lakes(tmp_path: Path) -> tuple[Sample, object]:
    loaded = from_written("bird_sql", tmp_path)
    return loaded.subsets["simple"][0], loaded.resolved.benchmark


def judged(lakes, query: str) -> Score:
    sample, benchmark = lakes
    return score_of(benchmark, f"```sql\n{query}\n```", sample)


@pytest.mark.parametrize(
    "query",
    [
        "DELETE FROM visit",
        "UPDATE lake SET name = 'x'",
        "DROP TABLE lake",
        "CREATE TEMP TABLE t AS SELECT 1",
        "ATTACH '/etc/passwd' AS other",
        "VACUUM INTO '/tmp/copy.sqlite'",
        "PRAGMA writable_schema = 1",
        "SELECT load_extension('/tmp/x.so')",
        "SELECT writefile('/tmp/x', 'y')",
        "SELECT 1; SELECT name FROM lake",
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x || x FROM n) SELECT x FROM n",
        "SELECT printf('%2000000000d', 1)",
        "SELECT * FROM nowhere",
    ],
)
def test_a_hostile_query_is_wrong_and_changes_nothing(lakes, query: str) -> None:
    before = Path(lakes[0].private["database"]).read_bytes()
    score = judged(lakes, query)
    assert (score.values["accuracy"], bool(score.explanation)) == (0.0, True)
    assert Path(lakes[0].private["database"]).read_bytes() == before


def test_a_query_that_never_ends_is_stopped(tmp_path: Path) -> None:
    folder = write("bird_sql", tmp_path)
    loaded = loaded_from("bird_sql", folder, subset_list=("simple",), extra_params={"timeout": 0.3})
    bomb = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n"
    score = judged((loaded.subsets["simple"][0], loaded.resolved.benchmark), bomb)
    assert (score.values["accuracy"], score.explanation) == (0.0, "it took too long")


def test_rows_are_compared_as_sets_and_columns_in_order(lakes) -> None:
    sample, benchmark = lakes
    two = Sample("?", "SELECT id, depth FROM lake WHERE id < 3", private=sample.private)
    for query, right in {
        "SELECT id, depth FROM lake WHERE id < 3 ORDER BY id DESC": 1.0,
        "SELECT id * 1.0, depth FROM lake, visit WHERE id < 3": 1.0,
        "SELECT depth, id FROM lake WHERE id < 3": 0.0,
        "SELECT id FROM lake WHERE id < 3": 0.0,
        "SELECT id, depth FROM lake": 0.0,
    }.items():
        assert score_of(benchmark, query, two).values["accuracy"] == right, query
    nothing = Sample("?", "SELECT id FROM lake WHERE id > 9", private=sample.private)
    assert score_of(benchmark, "SELECT name FROM lake WHERE id > 8", nothing).metadata["gold_empty"]


def test_a_reference_that_does_not_run_is_an_error_of_the_sample(lakes) -> None:
    broken = Sample("?", "SELECT a FROM nowhere", private=lakes[0].private)
    with pytest.raises(ScoringError, match="no such table: nowhere"):
        score_of(lakes[1], "SELECT 1", broken)


def test_databases_are_found_beside_the_records_or_where_db_root_says(tmp_path: Path) -> None:
    folder = write("bird_sql", tmp_path)
    moved = tmp_path / "elsewhere"
    (folder / "dev_databases").rename(moved)
    with pytest.raises(UsageError, match="Unpack the folder dev_databases"):
        loaded_from("bird_sql", folder, subset_list=("simple",))
    with pytest.raises(UsageError, match=r"db_root: .*nothing of bird_sql is not a folder"):
        loaded_from("bird_sql", folder, subset_list=("simple",), extra_params={"db_root": str(tmp_path / "nothing")})
    loaded = loaded_from(
        "bird_sql", folder, subset_list=("simple",), extra_params={"db_root": str(moved), "sample_rows": 2}
    )
    text = loaded.messages(loaded.subsets["simple"][0])[0].text
    assert "/* First rows:\nid | name | depth\n1 | Ard | 12.5\n2 | Bram | 40.0\n*/" in text
    assert "Cole" not in text
    (moved / "lakes" / "lakes.sqlite").rename(moved / "lakes" / "other.sqlite")
    with pytest.raises(UsageError, match="has no database 'lakes'"):
        loaded_from("bird_sql", folder, subset_list=("simple",), extra_params={"db_root": str(moved)})


def test_what_is_no_database_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "x.sqlite"
    file.write_bytes(b"no database at all, in any way" * 9)
    with pytest.raises(UsageError, match="cannot be read: file is not a database"):
        schema_of(str(file))


def test_a_container_cannot_read_the_databases(lakes) -> None:
    from evalscope_pytest.sandbox.enclave import Enclave
    from evalscope_pytest.sandbox.pool import Pool, SandboxHandle

    pool = Pool(Enclave(), 1)
    with pytest.raises(SandboxError, match=r"a container cannot read it\. Leave --eval-use-sandbox out"):
        SandboxHandle(pool).seeing(lakes[0].private["root"])
    assert execution_accuracy().needs == {"sandbox"}
