"""The language of gates: every form, every refusal with its reason, and text that is not a gate."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest.core.errors import ConfigError
from evalscope_pytest.statistics.gates import Gate, alarm_against_baseline, parse_gate


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("b>=0.7", ("b", "", "", ">=", 0.7, 0.0, "point", None, "auto")),
        ("b < 70%", ("b", "", "", "<", 0.7, 0.0, "point", None, "auto")),
        ("b==0.7", ("b", "", "", "==", 0.7, 0.0, "point", None, "auto")),
        ("b>0.7 @ 99.5 %", ("b", "", "", ">", 0.7, 0.0, "demand", 0.995, "auto")),
        ("b[STEM]:mean_acc <= 0.7@0.9", ("b", "STEM", "mean_acc", "<=", 0.7, 0.0, "demand", 0.9, "auto")),
        ("b not shown below 70% @95%", ("b", "", "", ">=", 0.7, 0.0, "alarm", 0.95, "auto")),
        ("b:wer not shown above 0.2@95%", ("b", "", "wer", "<=", 0.2, 0.0, "alarm", 0.95, "auto")),
        ("b no worse than baseline", ("b", "", "", "no worse", None, 0.0, "point", None, "auto")),
        ("b no worse than baseline (paired)", ("b", "", "", "no worse", None, 0.0, "point", None, "paired")),
        ("b better than baseline by 1% @95%", ("b", "", "", "better", None, 0.01, "demand", 0.95, "auto")),
        ("b no worse than baseline by 0 @95%", ("b", "", "", "no worse", None, 0.0, "demand", 0.95, "auto")),
        (
            "b[x] not shown worse than baseline by .5 @95% (unpaired)",
            ("b", "x", "", "no worse", None, 0.5, "alarm", 0.95, "unpaired"),
        ),
        ("ALL not shown worse than baseline @95%", ("ALL", "", "", "no worse", None, 0.0, "alarm", 0.95, "auto")),
        ("b:pass@1>=0.5@95%", ("b", "", "pass@1", ">=", 0.5, 0.0, "demand", 0.95, "auto")),
        ("b:pass^3 not shown below 0.5 @95%", ("b", "", "pass^3", ">=", 0.5, 0.0, "alarm", 0.95, "auto")),
        ("b:pass@1 no worse than baseline @95%", ("b", "", "pass@1", "no worse", None, 0.0, "demand", 0.95, "auto")),
        # Names of subsets may hold anything.
        ("b[a >= b]>0.3", ("b", "a >= b", "", ">", 0.3, 0.0, "point", None, "auto")),
        ("b[x @95%]>0.3", ("b", "x @95%", "", ">", 0.3, 0.0, "point", None, "auto")),
        (
            "b[no worse than baseline]>=0.3@95%",
            ("b", "no worse than baseline", "", ">=", 0.3, 0.0, "demand", 0.95, "auto"),
        ),
        (
            "b[not shown below 1] not shown below 0.3 @95%",
            ("b", "not shown below 1", "", ">=", 0.3, 0.0, "alarm", 0.95, "auto"),
        ),
        # Spaces are free.
        (
            "  b   no  worse   than\tbaseline  by2%@95%(  paired )  ",
            ("b", "", "", "no worse", None, 0.02, "demand", 0.95, "paired"),
        ),
        ("b>=-0.5", ("b", "", "", ">=", -0.5, 0.0, "point", None, "auto")),
        ("b>=1e2@95%", ("b", "", "", ">=", 100.0, 0.0, "demand", 0.95, "auto")),
        ("arc-c.v2_x>=1", ("arc-c.v2_x", "", "", ">=", 1.0, 0.0, "point", None, "auto")),
    ],
)  # fmt: skip
def test_forms(text, expected):
    assert parse_gate(text) == Gate(text.strip(), *expected)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("b", "compares nothing"),
        ("", "compares nothing"),
        ("b=0.7", "compares nothing"),
        ("b no worse than @95%", "The word 'baseline' is missing"),
        ("b not worse than baseline @95%", "compares nothing"),
        ("b no worse than baselines @95%", "compares nothing"),
        ("b=>0.7", "'=>' is not a comparison"),
        (">=0.7", "names no benchmark"),
        ("b>=0.7,c>=0.8", "several comparisons"),
        ("b[x],c>=0.8", "is not readable"),
        ("b not shown below 0.7 >= 0.8", "several comparisons"),
        ("b no worse than baseline by >= 0.8", "several comparisons"),
        ("b[x>=0.7", "is not readable"),
        ("b[]>=0.7", "is not readable"),
        ("b not shown >= 0.7 @95%", "a benchmark is one word"),
        ("b @95% >= 0.7", "a benchmark is one word"),
        ("b:acc @95% >= 0.7", "a level comes last"),
        ("b >= high", "'high' is not a number"),
        ("b >= nan", "'nan' is not a number"),
        ("b >= inf @95%", "'inf' is not a number"),
        ("b >= @95%", "'' is not a number"),
        ("b not shown below @95%", "'' is not a number"),
        ("b >= 0.7 @95", "Did you mean @95%?"),
        ("b >= 0.7 @1", "Did you mean @1%?"),
        ("b >= 0.7 @", "'' is not a level"),
        ("b >= 0.7 @high", "'high' is not a level"),
        ("b >= 0.7 @95% @99%", "is not a level"),
        ("b >= 0.7 @nan%", "is not a level"),
        ("b >= 0.7 @100%", "is not between 50% and 100%"),
        ("b >= 0.7 @50%", "is not between 50% and 100%"),
        ("b >= 0.7 @0.5", "is not between 50% and 100%"),
        ("b >= 0.7 @0.95%", "is not between 50% and 100%"),
        ("b >= 0.7 @-95%", "is not between 50% and 100%"),
        ("b == 0.7 @95%", "equality cannot be shown"),
        ("b not shown below 0.7", "needs a level"),
        ("b not shown above 0.7", "needs a level"),
        ("b not shown worse than baseline", "needs a level"),
        ("b not shown worse than baseline by 0.02", "needs a level"),
        ("b >= 0.7 @95% (paired)", "is about a baseline"),
        ("b not shown below 0.7 @95% (unpaired)", "is about a baseline"),
        ("b no worse than baseline by -0.02 @95%", "below 0"),
        ("b no worse than baseline by @95%", "'' is not a number"),
        ("b no worse than baseline 0.02 @95%", "Write 'by 0.02'"),
        ("b no worse than baseline by 0.02 (paired) @95%", "is not a number"),
        ("b no worse than baseline @95% (pared)", "is not a level"),
        ("ALL[x] no worse than baseline", "has no part or metric"),
        ("ALL:acc >= 0.5", "has no part or metric"),
    ],
)
def test_refusals_say_what_and_what_to_write(text, message):
    with pytest.raises(ConfigError) as error:
        parse_gate(text)
    assert message in str(error.value)
    assert repr(text.strip())[1:-1] in str(error.value)


@given(st.text(alphabet="b[]:>=<@%(). 0.95baselinenoworsethanby\n\x1b", max_size=60))
def test_any_text_is_a_gate_or_a_usage_error(text):
    try:
        gate = parse_gate(text)
    except ConfigError:
        return
    assert gate.level is None or 0.5 < gate.level < 1
    assert (gate.kind == "point") == (gate.level is None)
    assert (gate.bound is None) == gate.against_baseline


@given(
    st.sampled_from(["no worse than baseline", "better than baseline", "not shown worse than baseline"]),
    st.integers(0, 99),
    st.integers(51, 99),
    st.sampled_from(["", "(paired)", "(unpaired)"]),
    st.sampled_from([" ", "   ", "\t"]),
)
def test_every_form_against_a_baseline_is_read_back(phrase, margin, level, pair, space):
    text = space.join(["b[x]:acc", phrase.replace(" ", space), "by", f"{margin}%", f"@{level}%", pair])
    gate = parse_gate(text)
    assert (gate.margin, gate.level) == (margin / 100, level / 100)
    assert gate.pairing == (pair.strip("()") or "auto")
    assert gate.kind == ("alarm" if phrase.startswith("not") else "demand")


@pytest.mark.parametrize("margin", [0.0, 0.02])
def test_the_alarm_of_a_baseline_is_one_a_user_could_write(margin):
    gate = alarm_against_baseline("gsm8k", margin, 0.95)
    assert parse_gate(gate.text) == gate
