"""Parts of questions about films.

Liu et al. 2013, Query understanding enhanced by hierarchical parsing structures, ASRU 2013.
"""

from evalscope_pytest import Sample, benchmark, hub

from .records import NER, entity_sample

KINDS = [
    "ACTOR actor: actors by name",
    "AWARD award: awards of films",
    "CHARACTER_NAME character_name: film characters by name",
    "DIRECTOR director: directors by name",
    "GENRE genre: kinds of films",
    "OPINION opinion: opinions about a film",
    "ORIGIN origin: what a film is based on",
    "PLOT plot: what happens in a film",
    "QUOTE quote: lines from a film",
    "RELATIONSHIP relationship: how films, or people in them, are related",
    "SOUNDTRACK soundtrack: music of a film",
    "YEAR year: when a film was released",
]


@benchmark(
    "mit_movie_trivia",
    version="2",
    pretty_name="MIT-Movie-Trivia",
    dataset=hub("extraordinarylab/mit-movie-trivia"),
    **NER,
)
def test_mit_movie_trivia(record) -> Sample:
    return entity_sample(record, *KINDS)
