"""The two rarest kinds of entities of JNLPBA, asked for without exemplars.

JNLPBA: Collier & Kim 2004, Introduction to the Bio-entity Recognition Task at JNLPBA.
"""

from evalscope_pytest import benchmark, hub

from .records import CELLS, entities


@benchmark("jnlpba_rare", version="2",
           pretty_name="JNLPBA-Rare", dataset=hub("extraordinarylab/jnlpba-rare", split="test"),
           **entities(*CELLS[2:4], shots=0))  # fmt: skip
async def test_jnlpba_rare(sample, model):
    return await model.generate(sample)
