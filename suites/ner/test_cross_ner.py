"""Entities of five fields in Wikipedia's sentences, each field with different entity types.

CrossNER: Liu et al. 2020, Evaluating Cross-Domain Named Entity Recognition, arXiv:2012.04373.
"""

from evalscope_pytest import Sample, benchmark, hub

from .records import NER, entity_sample

COUNTRY, LOCATION = "COUNTRY country: countries", "LOCATION location: places that are not countries"
EVENT = "EVENT event: festivals, fairs, wars and other events"
MISC = "MISC misc: other names and terms of the field"
ORGANISATION = "ORGANISATION organisation: companies, institutions, publishers, societies"
AWARD, UNIVERSITY = "AWARD award: prizes and honours", "UNIVERSITY university: universities and their institutes"
OTHERS = "PERSON person: people who fit no other type"
FIELDS = {
    "ai": [
        "ALGORITHM algorithm: algorithms and model architectures",
        "CONFERENCE conference: conferences and journals",
        COUNTRY,
        "FIELD field: fields of research",
        LOCATION,
        "METRICS metrics: measures of quality",
        MISC,
        ORGANISATION,
        OTHERS,
        "PRODUCT product: systems, libraries, data sets and devices",
        "PROGRAMLANG programming_language: programming languages",
        "RESEARCHER researcher: researchers by name",
        "TASK task: problems that systems are built for",
        UNIVERSITY,
    ],
    "literature": [
        AWARD,
        "BOOK book: titles of books",
        COUNTRY,
        EVENT,
        "LITERARYGENRE literary_genre: genres of literature",
        LOCATION,
        "MAGAZINE magazine: magazines and journals",
        MISC,
        ORGANISATION,
        OTHERS,
        "POEM poem: titles of poems",
        "WRITER writer: writers by name",
    ],
    "music": [
        "ALBUM album: titles of albums",
        AWARD,
        "BAND band: bands and ensembles",
        COUNTRY,
        EVENT,
        LOCATION,
        MISC,
        "MUSICALARTIST musical_artist: singers, players and composers by name",
        "MUSICALINSTRUMENT musical_instrument: instruments",
        "MUSICGENRE music_genre: genres of music",
        ORGANISATION,
        OTHERS,
        "SONG song: titles of songs",
    ],
    "politics": [
        COUNTRY,
        "ELECTION election: elections by name",
        EVENT,
        LOCATION,
        MISC,
        ORGANISATION,
        OTHERS,
        "POLITICALPARTY political_party: parties",
        "POLITICIAN politician: politicians by name",
    ],
    "science": [
        "ACADEMICJOURNAL academic_journal: scientific journals",
        "ASTRONOMICALOBJECT astronomical_object: planets, stars, galaxies and other bodies in space",
        AWARD,
        "CHEMICALCOMPOUND chemical_compound: compounds",
        "CHEMICALELEMENT chemical_element: elements",
        COUNTRY,
        "DISCIPLINE discipline: branches of science",
        "ENZYME enzyme: enzymes",
        EVENT,
        LOCATION,
        MISC,
        ORGANISATION,
        OTHERS,
        "PROTEIN protein: proteins that are not enzymes",
        "SCIENTIST scientist: scientists by name",
        "THEORY theory: theories and laws",
        UNIVERSITY,
    ],
}


@benchmark(
    "cross_ner",
    version="2",
    pretty_name="CrossNER",
    dataset=hub("extraordinarylab/cross-ner", subsets=list(FIELDS)),
    **NER,
)
def test_cross_ner(record, subset) -> Sample:
    return entity_sample(record, *FIELDS[subset])
