"""Accuracy of multiple choice, and that of each task that the samples' metadata names."""

from __future__ import annotations

from dataclasses import replace

from evalscope_pytest import Sample, Score, Scorer, scoring


def choice_by_task(*tasks: str) -> Scorer:
    """Return the scorer. Metrics: ``accuracy``, and that of each task's samples, such as ``sound_acc``."""
    rule = scoring.choice_answer()
    metrics = {task: f"{task}_acc" for task in tasks}

    def score(text: str, sample: Sample) -> Score:
        found = rule.score(text, sample)
        assert isinstance(found, Score)
        right, task = found.values["accuracy"], metrics.get(str(sample.metadata["task"]).lower())
        return Score.of({"accuracy": right, **({task: right} if task else {})}, answer=found.answer)

    return replace(rule, metrics=("accuracy", *metrics.values()), score=score, options=f"{rule.options} {tasks}")
