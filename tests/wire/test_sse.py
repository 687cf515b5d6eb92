"""Event streams are read the same however the network cuts them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest.wire.sse import EventParser
from tests.cost import at_most


def read(*chunks: bytes) -> list[bytes]:
    parser = EventParser()
    return [event for chunk in chunks for event in parser.feed(chunk)] + parser.close()


def test_reads_data_comments_names_and_several_lines():
    wire = b": hi\n\nevent: x\ndata: one\n\ndata:two\ndata: three\nid: 7\n\nretry: 9\n\ndata\n\n"
    assert read(wire) == [b"one", b"two\nthree"]


def test_an_event_without_its_blank_line_ends_with_the_stream():
    assert read(b"data: one") == [b"one"]
    assert read(b"data: one\r") == [b"one"]
    assert read(b"data: one\n") == [b"one"]
    assert read() == []


LINE = st.binary(max_size=12).map(lambda b: b.replace(b"\n", b"?").replace(b"\r", b"!"))


@given(
    st.lists(st.lists(LINE, min_size=1, max_size=3), max_size=5),
    st.sampled_from([b"\n", b"\r\n", b"\r"]),
    st.lists(st.integers(0, 200), max_size=20),
)
def test_any_cut_and_any_line_end_give_the_same_events(events, end, cuts):
    wire = b"".join(b"".join(b"data: " + line + end for line in lines) + end for lines in events)
    expected = [data for lines in events if (data := b"\n".join(lines))]  # no data, no event (step 2 of dispatching)
    places = sorted({min(c, len(wire)) for c in cuts})
    chunks = [wire[a:b] for a, b in zip([0, *places], [*places, len(wire)], strict=True)]
    assert read(*chunks) == read(wire) == read(*[wire[i : i + 1] for i in range(len(wire))]) == expected


def test_a_line_of_megabytes_in_small_pieces_takes_linear_time():
    piece = b"x" * 64
    with at_most(cpu_s=3):
        (event,) = read(b"data: ", *[piece] * 100_000, b"\n\n")
    assert len(event) == 6_400_000
