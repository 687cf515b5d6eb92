"""BIRD: finding the query in a reply, and running it beside the reference query in a jail that cannot write.

Execution accuracy is that of the authors' ``evaluation_ex.py``: the sets of rows are equal, so that order and
duplicates do not count, and the order of columns does.
"""

from __future__ import annotations

import json
import os
import re
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from evalscope_pytest import Sample, Score, Scorer
from evalscope_pytest.core.errors import ConfigError, DatasetError, NoDataError, ScoringError
from evalscope_pytest.sandbox import Result
from evalscope_pytest.scoring.programs.outcome import limits_for, why
from evalscope_pytest.scoring.read.code import code_blocks, is_prose
from evalscope_pytest.scoring.read.json_text import last_json
from evalscope_pytest.scoring.read.visible import visible

PROMPT = """\
{schema}

-- The tables of an SQLite database are above. Question about them:
-- {question}{knowledge}

Reason step by step. End the answer with one SQLite query that returns what the question wants, in a ```sql block.
"""
_FILES = "*dev_databases/*/*.sqlite"
_LABELS = ("sql", "sqlite", "sqlite3")
_MEMORY = 1 << 30
_LONGEST = 20_000
_QUERY = re.compile(r"[\s(]{0,40}(?:select|with|values)\b", re.IGNORECASE)
_LINE = re.compile(
    r"^[ \t>*-]{0,8}(?:\w[\w \t]{0,40}[:：][ \t*]{0,4})?`{0,2}((?:\([ \t]{0,4})?(?:select|with)\b)", re.I | re.M
)
_IN_TEXT = re.compile(r"(?<!\w)(?:SELECT|WITH\s{1,4}\w{1,40}\s{1,4}AS)\b")
_ON_ONE_LINE = re.compile(r"```[ \t]{0,4}(?:sqlite3?|sql)?[ \t]{1,4}([^`\n]{1,4000})```", re.IGNORECASE)
_INLINE = re.compile(r"(?<!`)`([ \t]{0,4}(?:select|with)\b[^`\n]{1,4000})`(?!`)", re.IGNORECASE)
_COMMENT = re.compile(r"^\s{0,40}(?:--[^\n]{0,1000}\n\s{0,40}){0,40}")
_SENTENCE = re.compile(r"[A-Z][a-z']{0,20}\b[^;=]{0,300}[a-z][.!:]$")
_FIELDS = ("sql", "query", "sql_query", "answer", "final_query", "final_answer")

# Its input is the two queries. The reference runs first: what ends the process after its mark is the reply's doing.
RUNNER = """
import json, sqlite3, sys, time

given = json.load(sys.stdin)
ALLOWED = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}
REFUSED = {"load_extension", "readfile", "writefile", "edit", "fts3_tokenizer"}


def allowed(action, first, second, database, trigger):
    function = action == sqlite3.SQLITE_FUNCTION and (second or "").lower() in REFUSED
    return sqlite3.SQLITE_OK if action in ALLOWED and not function else sqlite3.SQLITE_DENY


def rows_of(query):
    end = time.process_time() + given["cpu_s"]
    database = sqlite3.connect(given["database"] + "?mode=ro&immutable=1", uri=True)
    database.text_factory = lambda text: text.decode("utf-8", "replace")
    database.set_authorizer(allowed)
    database.set_progress_handler(lambda: time.process_time() > end, 10_000)
    try:
        return {tuple(row) for row in database.execute(query)}, ""
    except MemoryError:
        return None, "it returns more than fits into memory"
    except Exception as error:
        late = "interrupted" in str(error)
        return None, "it took too long" if late else f"{type(error).__name__}: {error}"


wanted, error = rows_of(given["reference"])
print(json.dumps({"error": error, "empty": wanted == set()}), flush=True)
if wanted is not None:
    found, error = rows_of(given["query"])
    print(json.dumps({"error": error, "same": found is not None and found == wanted}), flush=True)
"""


def with_database(read: Any, subset: str, params: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    """Yield the records of a difficulty, each with the path of its ``database`` and the ``root`` of all databases.

    Raises:
        DatasetError: The databases are not there.
    """
    databases, root = _databases(read, params["db_root"])
    for record in read.rows():
        if record["difficulty"] == subset:
            path = databases.get(record["db_id"])
            if path is None:
                raise NoDataError(
                    f"bird_sql has no database {record['db_id']!r} in {root}. Lay it there as <name>/<name>.sqlite."
                )
            yield {**record, "database": path, "root": root}


def _databases(read: Any, db_root: Any) -> tuple[dict[str, str], str]:
    """Return the paths of databases by name, and the folder that holds them all."""
    if db_root is None:
        found = {Path(path).stem: str(place.resolve()) for path, place in read.files(_FILES).items()}
        if not found:
            raise NoDataError(
                "bird_sql has no databases. Unpack the folder dev_databases of BIRD's minidev.zip beside the records, "
                'or name it: --eval-dataset-args \'{"bird_sql": {"extra_params": {"db_root": "DIR"}}}\''
            )
        return found, os.path.commonpath([os.path.dirname(path) for path in found.values()])
    folder = Path(str(db_root)).expanduser().resolve()
    if not folder.is_dir():
        raise ConfigError(f"db_root: {db_root} of bird_sql is not a folder. Name BIRD's folder dev_databases.")
    return {path.stem: str(path) for path in sorted(folder.glob("*/*.sqlite"))}, str(folder)


def knowledge(evidence: str) -> str:
    """Return the line of a prompt with what the question takes for granted; empty if there is nothing."""
    return f"\n-- Note: {evidence}" if evidence else ""


@lru_cache(maxsize=64)
def schema_of(path: str, rows: int = 0) -> str:
    """Return the statements that create a database's tables, each with its first ``rows`` in a comment.

    Raises:
        DatasetError: It cannot be read.
    """
    try:
        with closing(sqlite3.connect(f"{Path(path).as_uri()}?mode=ro&immutable=1", uri=True)) as database:
            database.text_factory = lambda text: text.decode("utf-8", "replace")
            tables = database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall()
            own = [(name, sql) for name, sql in tables if sql and name != "sqlite_sequence"]
            return "\n\n".join(f"{sql}{_shown(database, name, rows) if rows > 0 else ''}" for name, sql in own)
    except sqlite3.Error as error:
        raise DatasetError(f"{path} of bird_sql cannot be read: {error}. Unpack it again.") from error


def _shown(database: sqlite3.Connection, table: str, rows: int) -> str:
    name = table.replace('"', '""')
    found = database.execute(f'SELECT * FROM "{name}" LIMIT {rows}')  # noqa: S608 - quoted
    lines = [" | ".join(column[0] for column in found.description)]
    lines += [" | ".join(map(str, row)) for row in found]
    return "\n/* First rows:\n" + "\n".join(lines) + "\n*/"


def execution_accuracy() -> Scorer:
    """Judge a query by the rows it returns. The sample's ``private`` has the ``database`` and the ``root`` of all."""
    return Scorer(
        "execution_accuracy",
        ("accuracy",),
        _score,
        ideal_reply=lambda sample: f"```sql\n{sample.targets[0]}\n```",
        needs=frozenset({"sandbox"}),
    )


async def _score(text: str, sample: Sample, sandbox: Any, cpu_s: float | None) -> Score:
    query = query_of(text)
    if not query:
        return Score(accuracy=0.0, answer="", explanation="the reply has no query")
    each = cpu_s or 30.0
    given = {"query": query, "reference": sample.targets[0], "cpu_s": each}
    given["database"] = Path(sample.private["database"]).as_uri()
    limits = replace(limits_for(2 * each + 2, memory_bytes=_MEMORY), cpu_s=2 * each + 2)
    box = sandbox.seeing(sample.private["root"])
    result = await box.run(RUNNER, stdin=json.dumps(given), limits=limits)
    return _verdict(result, query, limits.cpu_s)


def _verdict(result: Result, query: str, cpu_s: float) -> Score:
    """Return the score of a run of `RUNNER`.

    Raises:
        ScoringError: The reference query did not run.
    """
    said = [json.loads(line) for line in result.stdout.splitlines() if line.startswith("{")]
    if not said or said[0]["error"]:
        raise ScoringError(f"the reference query did not run: {said[0]['error'] if said else why(result, cpu_s)}")
    own = said[1] if len(said) > 1 else {"error": why(result, cpu_s) or "it ended the process", "same": False}
    metadata = {"pred_error": own["error"] or None, "gold_empty": said[0]["empty"]}
    explanation = own["error"] or (None if own["same"] else "it returns other rows than the reference")
    return Score(accuracy=float(own["same"]), answer=query, explanation=explanation, metadata=metadata)


def query_of(text: str) -> str:
    """Return the query in a reply: its last block of SQL, or else the last statement in its text; empty if none."""
    reply = visible(text)[-_LONGEST:]
    found = _in_blocks(reply) or _in_json(reply) or _last(_ON_ONE_LINE, reply) or _in_lines(reply) or _in_text(reply)
    return found.strip().rstrip("; \t\r\n").strip()


def _in_blocks(reply: str) -> str:
    blocks = [block if block.closed else block._replace(code=_whole(block.code)) for block in code_blocks(reply)]
    labelled = [block.code for block in blocks if block.label in _LABELS and block.code.strip()]
    others = [block.code for block in blocks if block.label not in _LABELS and _begins(block.code)]
    queries = [code for code in labelled if _begins(code)]
    return next((found[-1] for found in (queries, others, labelled) if found), "")


def _begins(code: str) -> bool:
    """Return whether a text is a query, comments before it aside."""
    comments = _COMMENT.match(code)
    return _QUERY.match(code, comments.end() if comments else 0) is not None


def _in_json(reply: str) -> str:
    if "{" not in reply:
        return ""
    found = last_json(reply, "{", lambda value: isinstance(value, dict) and any(k.lower() in _FIELDS for k in value))
    values = [str(value) for key, value in (found or {}).items() if key.lower() in _FIELDS]
    return next((value for value in values if _begins(value)), "")


def _last(pattern: re.Pattern[str], reply: str) -> str:
    found = [match[1] for match in pattern.finditer(reply) if _begins(match[1])]
    return found[-1] if found else ""


def _in_lines(reply: str) -> str:
    """Return the statement of the last paragraph in which a line begins with one."""
    for paragraph in reversed(re.split(r"\n[ \t]{0,80}\n", reply)):
        if start := _LINE.search(paragraph):
            return _whole(paragraph[start.start(1) :]).replace("`\n", "\n").removesuffix("`")
    return ""


def _whole(text: str) -> str:
    """Return a text up to the end of its statement: a semicolon at the end of a line, or a line of prose."""
    lines: list[str] = []
    for line in text.split("\n"):
        if lines and (line.strip() == "```" or (_SENTENCE.match(line) and is_prose(line))):
            break
        lines.append(line)
        if line.rstrip().endswith(";"):
            break
    return "\n".join(lines)


def _in_text(reply: str) -> str:
    if inline := _last(_INLINE, reply):
        return inline
    lines = [line[found.start() :] for line in reply.split("\n") if (found := _IN_TEXT.search(line))]
    return lines[-1].rstrip(" .*`") if lines else ""
