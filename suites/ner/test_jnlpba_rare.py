"""The two rarest kinds of entities of JNLPBA, prompted without exemplars.

JNLPBA: Collier & Kim 2004, Introduction to the Bio-entity Recognition Task at JNLPBA.
"""

from evalscope_pytest import Sample, benchmark, hub

from .records import CELLS, NER, entity_sample


@benchmark(
    "jnlpba_rare",
    version="2",
    pretty_name="JNLPBA-Rare",
    dataset=hub("extraordinarylab/jnlpba-rare"),
    **(NER | {"few_shot": None}),
)
def test_jnlpba_rare(record) -> Sample:
    return entity_sample(record, *CELLS[2:4])
