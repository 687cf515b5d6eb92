"""The form in which the user wants media sent: bounds of pictures, their detail, frames in place of videos."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..core.content import Content, Cut, Image, Medium, Part, Video, medium_of
from ..core.values import Message
from ..wire.pictures import FRAME_PIXELS, PILLOW, PYAV, Smaller, lacks_pillow, lacks_pyav
from .media_check import tokens_of_frames, tokens_of_pixels

if TYPE_CHECKING:
    from ..config.schema import DatasetArgs, Settings

SETTINGS = ("image_detail", "max_image_pixels", "max_image_bytes", "video_frames", "video_fps")


@dataclass(frozen=True, slots=True)
class MediaForm:
    """The user's settings for media; None leaves them as the benchmark has them.

    Attributes:
        detail: For pictures of which the benchmark names none, or ``auto``.
        pixels: Most pixels of a picture.
        size: Most bytes of a picture.
        frames: Most pictures in place of a video.
        fps: Frames a second, for videos of which the benchmark names none.
    """

    detail: str | None = None
    pixels: int | None = None
    size: int | None = None
    frames: int | None = None
    fps: float | None = None

    @classmethod
    def of(cls, settings: Settings | DatasetArgs) -> MediaForm:
        """Return the form that a run, or one of its benchmarks, is set to."""
        return cls(
            settings.image_detail,
            settings.max_image_pixels,
            settings.max_image_bytes,
            settings.video_frames,
            settings.video_fps,
        )

    @property
    def changes(self) -> bool:
        """True if anything is set."""
        return self != _AS_IT_IS

    def messages(self, messages: tuple[Message, ...]) -> tuple[Message, ...]:
        """Return messages in this form. Those that have it are returned as they are."""
        if not self.changes or all(isinstance(message.content, str) for message in messages):
            return messages
        return tuple(replace(message, content=self._content(message.content)) for message in messages)

    def _content(self, content: Content) -> Content:
        return content if isinstance(content, str) else tuple(self._part(part) for part in content)

    def _part(self, part: Part) -> Part:
        if isinstance(part, Image):
            detail = self.detail if self.detail and part.detail == "auto" else part.detail
            return replace(part, source=self._bounded(medium_of(part)), detail=detail)
        if isinstance(part, Video) and part.cut is None:
            fps = self.fps if part.fps is None else part.fps
            if self.frames is None:
                return replace(part, fps=fps)
            cut = Cut(self.frames, self.detail or "auto", self.pixels or FRAME_PIXELS, self.size)
            medium = medium_of(part)
            tokens = tokens_of_frames(cut.frames, cut.pixels, fps, medium.extent, (part.start, part.end))
            return replace(part, source=replace(medium, tokens=tokens), fps=fps, cut=cut)
        return part

    def _bounded(self, medium: Medium) -> Medium:
        """Return a picture that is within the bounds, or a copy that will be."""
        too_wide = self.pixels is not None and medium.extent > self.pixels
        too_long = self.size is not None and medium.size > self.size
        if medium.fault or medium.bounds is not None or not (too_wide or too_long):
            return medium
        tokens = medium.tokens if self.pixels is None else min(medium.tokens, tokens_of_pixels(self.pixels))
        shrink = Smaller(medium.name, self.pixels, self.size)
        return replace(medium, tokens=tokens, bounds=(self.pixels, self.size), shrink=shrink)


_AS_IT_IS = MediaForm()


def lacking_library(messages: Iterable[Message]) -> str:
    """Return which library is missing to send messages in their form, and how to install it; empty if none is."""
    parts = [part for message in messages if not isinstance(message.content, str) for part in message.media]
    if any(isinstance(part, Video) and part.cut for part in parts) and lacks_pyav():
        return f"video_frames: {PYAV}"
    if any(isinstance(p, Video) and p.cut for p in parts) and lacks_pillow():
        return f"video_frames: {PILLOW}"
    smaller = any(isinstance(part, Image) and medium_of(part).shrink for part in parts)
    return f"max_image_pixels, max_image_bytes: {PILLOW}" if smaller and lacks_pillow() else ""
