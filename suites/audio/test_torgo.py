"""English of speakers with cerebral palsy or ALS, by how well people understand it, to be written down.

TORGO: Rudzicz et al. 2012, The TORGO database of acoustic and articulatory speech from speakers with dysarthria,
Language Resources and Evaluation 46. WER and CER by the normaliser of Whisper (arXiv:2212.04356). EvalScope's third
metric, ``sem_score``, needs two large models and is left out.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, hub

from .error_rate import error_rate
from .recordings import PROMPT, transcribed

LEVELS = ["mild", "moderate", "severe"]


@benchmark(
    "torgo",
    pretty_name="TORGO",
    dataset=hub("extraordinarylab/torgo", subsets=LEVELS, subset_by="intelligibility", split="test"),
    prompt=PROMPT,
    scorer=error_rate("wer", "cer"),
    tags=["audio", "speech_recognition"],
)
def test_torgo(record) -> Sample:
    return transcribed(record, record["transcript"], seconds=record.get("duration"))
