"""The sample that the running code works for: found by context variable, so that bodies stay plain functions."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field

from ..config.generation import GenerationConfig
from ..core.values import Call, JudgeCall, Message, Sample
from ..datasets.media_form import MediaForm


class NotNeeded(BaseException):
    """A sample's first request is not sent, as the gates of its benchmark are decided: no body is to handle it."""


@dataclass(slots=True)
class SampleContext:
    """The requests and output of one sample while its body runs.

    Attributes:
        messages: The benchmark's prompt for the sample.
        calls: Requests made so far, in order, with their replies.
        recorded: Calls of an earlier run that are not sent again as long as the body makes the same requests.
        printed: Text that the body wrote to stdout, stderr or a log.
        judged: Judges' replies of an earlier run, by judge, repeat and messages.
        judge_calls: Requests to judges about this sample so far.
        occurrence: Number of earlier samples with an identical prompt.
        refused: The refusal of a request that the budget does not allow: such a sample has no score, whatever its body
            makes of it.
        repetitions: Number of equal requests of the body so far, by content address; counted by `Reuse`.
        unneeded: Returns why the sample is no longer needed; empty while it is.
        media: The form of pictures and videos in its requests.
        is_sent: A request of the sample was sent: it is finished, whatever is decided meanwhile.
    """

    sample: Sample
    messages: tuple[Message, ...]
    generation: GenerationConfig
    right_reply: str = ""
    repeat: int = 0
    occurrence: int = 0
    calls: list[Call] = field(default_factory=list)
    recorded: deque[Call] = field(default_factory=deque)
    printed: list[str] = field(default_factory=list)
    judged: Mapping[tuple[str, int, tuple[Message, ...]], str] = field(default_factory=dict)
    judge_calls: list[JudgeCall] = field(default_factory=list)
    repetitions: dict[str, int] = field(default_factory=dict)
    unneeded: Callable[[], str] = str
    is_sent: bool = False
    media: MediaForm = field(default_factory=MediaForm)
    refused: Exception | None = None

    def admit(self) -> None:
        """Note that a request is about to be sent.

        Raises:
            NotNeeded: It would be the sample's first, and the sample is no longer needed.
        """
        if not self.is_sent and (reason := self.unneeded()):
            raise NotNeeded(reason)
        self.is_sent = True

    def replay(self, messages: tuple[Message, ...]) -> Call | None:
        """Return the recorded reply to these messages, if the body follows the recorded conversation."""
        if self.recorded and self.recorded[0].messages == messages:
            return self.recorded.popleft()
        self.recorded.clear()
        return None


current: ContextVar[SampleContext | None] = ContextVar("evalscope_sample", default=None)
