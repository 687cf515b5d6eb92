"""Named entities: reading tags out of a reply, laying them over the tokens, and the micro averages of seqeval."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest import Sample, Score
from evalscope_pytest.scoring.aggregation import Attempt, aggregate
from evalscope_pytest.suites.ner.entities import Mention, Span, entity_answer, place, read_mentions, spans_of, tagged
from tests.cost import at_most

TAGS = {"PER": "person", "LOC": "location"}
TOKENS = ["Bo", "Ray", "of", "Rome", "met", "Ann", "in", "Rome", "."]
GOLD = ["B-PER", "I-PER", "O", "B-LOC", "O", "B-PER", "O", "B-LOC", "O"]


def sample_of(tokens: list[str], ner_tags: list[str]) -> Sample:
    return Sample("", metadata={"tokens": tokens, "ner_tags": ner_tags, "tags": TAGS})


def score(reply: str, sample: Sample) -> Score:
    found = entity_answer().score(reply, sample)
    assert isinstance(found, Score)
    return found


@given(st.lists(st.sampled_from(["O", "B-PER", "I-PER", "B-LOC", "I-LOC"]), max_size=12))
def test_what_is_tagged_is_read_back(ner_tags: list[str]) -> None:
    tokens = [f"w{n % 3}" for n in range(len(ner_tags))]  # words that repeat
    reply = tagged(tokens, ner_tags, TAGS)
    found = place(read_mentions(reply), tokens, {name: kind for kind, name in TAGS.items()})
    assert found == set(spans_of(ner_tags))
    assert set(score(reply, sample_of(tokens, ner_tags)).values.values()) == {1.0}


@pytest.mark.parametrize(
    ("ner_tags", "spans"),
    [
        (["B-PER", "I-PER", "B-PER"], [Span(0, 2, "PER"), Span(2, 3, "PER")]),
        (["I-PER", "I-LOC", "O", "I-LOC"], [Span(0, 1, "PER"), Span(1, 2, "LOC"), Span(3, 4, "LOC")]),
        (["O", "B-per", "I-PER"], [Span(1, 3, "PER")]),
    ],
)
def test_entities_begin_as_in_conlleval(ner_tags: list[str], spans: list[Span]) -> None:
    assert spans_of(ner_tags) == spans


@pytest.mark.parametrize(
    ("reply", "mentions"),
    [
        ("<response>x <a>b c</a> d</response>", [Mention(1, "bc", "a")]),
        ("The tags: <a>.\n<response>x <a>b</a></response> Done <a>.", [Mention(1, "b", "a")]),
        ("<think><a>b</a></think>x <A>b</B> y", [Mention(1, "b", "a")]),
        ("x <a>b <c>d", [Mention(1, "b", "a"), Mention(2, "d", "c")]),
        ("1 < 2 > <3> <a></a>", []),
    ],
)
def test_mentions_are_read_if_tags_are_careless(reply: str, mentions: list[Mention]) -> None:
    assert read_mentions(reply) == mentions


@pytest.mark.parametrize(
    ("reply", "f1"),
    [
        ("<response><person>Bo Ray</person> of <location>Rome</location> met <person>Ann</person> in "
         "<location>Rome</location>.</response>", 1.0),
        ("<person>Bo Ray</person> of Rome met Ann in <location>Rome</location>.", 4 / 6),
        ("<person>Bo Ray</person> of <person>Rome</person> met Ann in <location>Rome</location>.", 4 / 7),
        ("<person>Bo R.</person> of <location>Rome</location> met Ann in Rome.", 2 / 6),
        ("<person>Bo Ray</person><person>Bo Ray</person>", 2 / 6),
        ("Sure, here it is, all of it: <person>Bo Ray</person> of <location>Rome</location> met Ann.", 4 / 6),
        ("Bo Ray of Rome met Ann in Rome .", 0.0),
    ],
)  # fmt: skip
def test_f1_counts_entities_that_are_right_in_place_and_type(reply: str, f1: float) -> None:
    assert score(reply, sample_of(TOKENS, GOLD)).values["f1"] == pytest.approx(f1)


def test_a_subset_has_the_micro_average() -> None:
    samples = [sample_of(TOKENS, GOLD), sample_of(["Rome"], ["O"]), sample_of(["Ann"], ["B-PER"])]
    replies = ["<person>Bo Ray</person> of Rome met Ann in Rome .", "<location>Rome</location>", "<person>Ann</person>"]
    scores = [score(reply, sample) for reply, sample in zip(replies, samples, strict=True)]
    attempts = [Attempt(n, 0, s.values, None, s.metadata["weights"]) for n, s in enumerate(scores)]
    metrics = {metric.name: metric.score for metric in aggregate(attempts, entity_answer().metrics)}
    assert metrics == pytest.approx({"precision": 2 / 3, "recall": 2 / 5, "f1": 4 / 8, "accuracy": 7 / 11})


def test_types_the_benchmark_does_not_have_are_nobodys_fault() -> None:
    sample = sample_of(["Ann", "1991"], ["B-PER", "B-Real"])
    assert score(tagged(["Ann", "1991"], ["B-PER", "B-Real"], TAGS), sample).values["f1"] == 1.0


@given(st.text(alphabet="<>/abr \n", max_size=300))
def test_any_reply_is_scored(reply: str) -> None:
    assert all(0 <= value <= 1 for value in score(reply, sample_of(TOKENS, GOLD)).values.values())


@pytest.mark.parametrize("piece", ["<person>", "<person>Rome</person>", "<a", "<a ", "<response>", "Rome "])
def test_a_reply_of_a_megabyte_takes_no_time(piece: str) -> None:
    with at_most(cpu_s=3):
        score(piece * (1_000_000 // len(piece)), sample_of(TOKENS, GOLD))
