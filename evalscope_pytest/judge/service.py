"""A judge's service: errors that name an option name the judge's settings, not those of the model under evaluation."""

from __future__ import annotations

from ..core.errors import ModelError
from ..core.values import ModelOutput
from ..models.factory import create
from ..models.spec import Model, ModelSpec
from ..wire.request import Request

_SETTINGS = {"--eval-api-key": "the judge's api_key", "--eval-api-url": "the judge's api_url"}


class JudgeService:
    """A model that judges."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self.name = model.name
        self.fingerprint = model.fingerprint

    @classmethod
    def of(cls, spec: ModelSpec) -> JudgeService:
        """Make the model."""
        return cls(create(spec))

    async def generate(self, request: Request) -> ModelOutput:
        """Answer one request, once.

        Raises:
            ModelError: As the model does.
        """
        try:
            return await self._model.generate(request)
        except ModelError as error:
            text = str(error)
            for option, setting in _SETTINGS.items():
                text = text.replace(option, setting)
            error.args = (text, *error.args[1:])
            raise

    async def close(self) -> None:
        """Free connections and memory."""
        await self._model.close()
