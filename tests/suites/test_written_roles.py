"""Prompts written out for each role: the figures are those of PerspectiveGap's own scorer, with words as tokens."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest import Sample
from evalscope_pytest.core.errors import ConfigError
from evalscope_pytest.suites.instruction.role_sets import METRICS
from evalscope_pytest.suites.instruction.written_roles import written_roles

FRAGMENTS = {
    "f1": "Table 4 eats no nuts at all, ever.",
    "f2": "The kitchen closes at ten sharp.",
    "f3": "Carry plates with the left hand only.",
    "f4": "Be clear and direct in every prompt.",
}
NEED = {"cook": ["f1", "f2"], "head waiter": ["f1", "f3"]}
SAMPLE = Sample("Write both prompts.", "", metadata={"need": NEED, "distractor": "f4", "fragments": FRAGMENTS})
TEXTS = {role: "\n".join(FRAGMENTS[one] for one in fragments) for role, fragments in NEED.items()}


def written(form: str) -> str:
    return form.replace("COOK", TEXTS["cook"]).replace("WAITER", TEXTS["head waiter"]).replace("F4", FRAGMENTS["f4"])


@pytest.mark.parametrize(
    ("form", "official"),
    [
        ("# cook\nCOOK\n\n# head waiter\nWAITER", (1.0, 1.0, 1.0, 1.0, 0.0)),
        (
            "# head waiter\nCARRY PLATES with the LEFT hand ONLY. WAITER\n\n# cook\nCOOK  \n\n",
            (1.0, 1.0, 1.0, 1.0, 0.0),
        ),
        ("# cook\nCOOK", (0.0, 0.0, 0.5, 1.0, 0.0)),
        ("# cook\nCOOK\nF4\n\n# head waiter\nWAITER F4", (0.0, 0.5, 1.0, 0.6667, 2.0)),
        ("# cook\nCOOK\n\n# head waiter\nWAITER The kitchen closes at ten.", (0.0, 0.75, 1.0, 0.8, 0.0)),
        (
            "# cook\nTable 4 eats no nuts. The kitchen closes at ten.\n\n# head waiter\nTable 4: nuts. Plates left.",
            (0.0, 0.0, 0.25, 1.0, 0.0),
        ),
        ("Here:\n# cook\nCOOK\n\n# head waiter\nWAITER", (1.0, 1.0, 1.0, 1.0, 0.0)),
        ("## cook\nCOOK\n## head waiter\nWAITER", (0.0, 0.0, 0.0, 0.0, 0.0)),
        ("# Cook\nCOOK\n# head waiter  \nWAITER", (0.0, 0.0, 0.5, 1.0, 0.0)),
        ("# cook\nnothing\n# cook\nCOOK\n# head waiter\nWAITER", (1.0, 1.0, 1.0, 1.0, 0.0)),
        ("COOK", (0.0, 0.0, 0.0, 0.0, 0.0)),
        ("", (0.0, 0.0, 0.0, 0.0, 0.0)),
        ("# ", (0.0, 0.0, 0.0, 0.0, 0.0)),
        ("# cook\r\nCOOK\r\n# head waiter\r\nWAITER", (1.0, 1.0, 1.0, 1.0, 0.0)),
    ],
)
def test_figures_are_the_official_ones(form: str, official: tuple[float, ...]) -> None:
    values = written_roles().score(written(form), SAMPLE).values
    assert tuple(round(values[metric], 4) for metric in METRICS) == official


def test_the_ideal_reply_passes() -> None:
    assert written_roles().score(written_roles().ideal_reply(SAMPLE), SAMPLE).values["strict_pass"] == 1.0


@given(st.text(alphabet=st.sampled_from("# \nTable4nuts"), max_size=80))
def test_any_reply_has_a_score(reply: str) -> None:
    assert set(written_roles().score(reply, SAMPLE).values) == set(METRICS)


def test_the_tokens_of_a_model(tmp_path: Path) -> None:
    tokenizers = pytest.importorskip("tokenizers")
    model = tokenizers.Tokenizer(tokenizers.models.BPE())
    model.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    model.train_from_iterator(FRAGMENTS.values(), tokenizers.trainers.BpeTrainer(vocab_size=200, show_progress=False))
    file = tmp_path / "tokenizer.json"
    model.save(str(file))
    scorer = written_roles(str(file))
    assert scorer.fingerprint != written_roles().fingerprint
    assert scorer.score(written("# cook\nCOOK\n# head waiter\nWAITER"), SAMPLE).values["strict_pass"] == 1.0
    assert scorer.score(written("# cook\nCOOK\n# head waiter\nCOOK"), SAMPLE).values["required_coverage"] == 0.75


def test_a_tokenizer_that_is_not_there_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"'nowhere.json' is not a file"):
        written_roles("nowhere.json")
