from __future__ import annotations

import pkgutil
import subprocess
import sys

import pytest

from evalscope_pytest import Scorer, scoring
from evalscope_pytest.scoring.compare.number_words import spoken

PARTS = ("comparers", "readers")


@pytest.mark.parametrize("name", [name for name in scoring.__all__ if name not in PARTS])
def test_every_public_name_is_there(name):
    assert callable(getattr(scoring, name))


@pytest.mark.parametrize("name", PARTS)
def test_every_ready_made_part_is_there(name):
    module = getattr(scoring, name)
    assert all(callable(getattr(module, part)) for part in module.__all__)


def test_the_public_list_is_short():
    assert len(scoring.__all__) <= 18


def test_no_scorer_has_the_name_of_a_submodule():
    """Importing the submodule would bind its name to the package, in place of the scorer."""
    modules = {module.name for module in pkgutil.iter_modules(scoring.__path__)}
    assert modules & set(scoring.__all__) == set(PARTS)


def test_importing_the_package_loads_no_scorer():
    code = (
        "import sys, evalscope_pytest.scoring\n"
        "assert not [m for m in sys.modules if m.startswith('evalscope_pytest.scoring.')]"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=240)


def test_scorers_are_values():
    assert isinstance(scoring.math_answer(), Scorer)
    assert scoring.math_answer() == scoring.math_answer()
    with pytest.raises(AttributeError, match="has no attribute 'maths'"):
        _ = scoring.maths


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("two", "2"),
        ("twenty-one", "21"),
        ("one hundred and five", "105"),
        ("minus three", "-3"),
        ("two thousand", "2000"),
        ("one million two hundred thousand", "1200000"),
        ("Twelve", "12"),
        ("one twenty", None),
        ("hundred", None),
        ("two apples", None),
        ("and", None),
        ("", None),
        ("one thousand million", None),
        ("five six", None),
    ],
)
def test_numbers_in_words(text, digits):
    assert spoken(text) == digits
