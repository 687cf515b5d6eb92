"""Runs on the disk, and the app about them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from evalscope_pytest.report.build import build_report, save_report
from evalscope_pytest.store.compact import compact
from evalscope_pytest.store.layout import WorkDir
from tests.store.results import failed, plan, record, scored

pytest.importorskip("starlette", reason="needs the extra `app`")
pytest.importorskip("uvicorn", reason="needs the extra `app`")

HOSTILE = (
    "</pre></style><script>document.title='owned'</script><img src=x onerror=document.title='owned'>"
    '<a href="javascript:document.title=\'owned\'">x</a>{{ 7 * 7 }}" onmouseover="x\' \x1b[31m\u202e\ud800\0'
)
CONFIGURATION = "model: org/tiny-model\neval_type: mock_llm\nseed: 42\nresolved_benchmarks:\n  quiz: {}\n"


def write_run(root: Path, results: list[Any], **subsets: int) -> Path:
    """Write a finished run of the benchmark ``quiz`` and return its work_dir."""
    workdir, planned = WorkDir(root), plan(**subsets)
    record(workdir, results)
    (rows,) = compact(workdir, planned)
    save_report(workdir, build_report(planned.benchmarks[0], rows.rows, planned.model_id, collect_perf=True))
    workdir.configs.mkdir(exist_ok=True)
    (workdir.configs / "task_config.yaml").write_text(CONFIGURATION)
    return root


def write_evalscope(root: Path, number: int = 3) -> Path:
    """Write a run as EvalScope 1.x leaves it, with one benchmark ``gsm``."""
    lines: dict[str, list[Any]] = {"reviews": [], "predictions": []}
    for index in range(number):
        said = {"role": "assistant", "content": [{"type": "reasoning", "reasoning": f"hmm {index}"},
                                                 {"type": "text", "text": f"It is {index}."}]}  # fmt: skip
        messages = [{"role": "user", "content": f"Which number comes {index}th?"}, said]
        score = {"value": {"acc": float(index % 2)}, "extracted_prediction": str(index),
                 "prediction": f"It is {index}.", "explanation": None, "metadata": {}}  # fmt: skip
        place = {"score": score, "sample_id": index, "group_id": index, "generation_index": 0, "sample_metadata": {}}
        lines["reviews"].append({"index": index, "target": "1", "messages": messages, "sample_score": place})
        output = {"model": "m", "choices": [{"message": said, "stop_reason": "max_tokens" if index == 2 else "stop"}],
                  "usage": {"input_tokens": 9, "output_tokens": 10 - index}, "time": float(index)}  # fmt: skip
        lines["predictions"].append({"index": index, "model": "m", "model_output": output, "messages": messages})
    for kind, rows in lines.items():
        (root / kind / "m").mkdir(parents=True)
        (root / kind / "m" / "gsm_main.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    subsets = [{"name": "main", "score": 0.3333, "num": number}]
    part = {"num": number, "score": 0.3333, "macro_score": 0.3333}
    report = {"name": "m@gsm", "dataset_name": "gsm", "model_name": "m", "score": 0.3333, "metrics": [
        {"name": "mean_acc", **part, "categories": [{"name": ["default"], **part, "subsets": subsets}]}]}  # fmt: skip
    (root / "reports" / "m").mkdir(parents=True)
    (root / "reports" / "m" / "gsm.json").write_text(json.dumps(report))
    return root


def answers(number: int = 8, **fields: Any) -> list[Any]:
    """Return results of a quiz: every third one wrong, one with half the credit, one failed."""
    right = [scored(index, value=float(index % 3 > 0), explanation="2 + 2 is 4", **fields) for index in range(number)]
    return [*right, scored(0, subset="second", value=0.5), failed(number, message="no reply <b>")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two runs of this package and one of EvalScope."""
    folder = tmp_path_factory.mktemp("outputs")
    write_run(folder / "first", answers(), main=9, second=1)
    write_run(folder / "second", answers(text="It is 5."), main=9, second=1)
    write_evalscope(folder / "theirs")
    return folder


@pytest.fixture
def client_of() -> Callable[..., Any]:
    """Return a function that makes a client of the app about some folders."""
    from starlette.testclient import TestClient

    from evalscope_pytest.app.server import application

    return lambda *folders: TestClient(application(folders), base_url="http://127.0.0.1:7861")


@pytest.fixture
def client(folder: Path, client_of: Callable[..., Any]) -> Any:
    """A client of the app about `folder`."""
    return client_of(folder)


@pytest.fixture
def served(folder: Path) -> Iterator[str]:
    """The address of the app about `folder`, on a free port of 127.0.0.1."""
    from evalscope_pytest.app.server import serving

    with serving([folder]) as address:
        yield address
