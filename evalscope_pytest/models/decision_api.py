"""Decision models behind a service: questions of a type, probabilities as replies."""

from __future__ import annotations

from time import perf_counter

from ..core.decision import DecisionError
from ..core.errors import RejectedError
from ..core.values import ModelOutput
from ..wire.arguments import check_headers, check_model_args
from ..wire.decision import DIALECTS, Dialect, question_in, usage_of
from ..wire.errors import error_in, json_object, malformed, refusal_inside
from ..wire.request import Request
from .address import base_address
from .service import Credential, HttpTransport, Transport, answered
from .spec import ModelSpec


class DecisionModel:
    """A decision model; its replies are texts of `core.decision.Answer`.

    Args:
        name: As the user gave it.
        transport: Sends requests.
        dialect: The API.
    """

    def __init__(self, name: str, transport: Transport, dialect: Dialect) -> None:
        self.name = name
        self._transport = transport
        self._dialect = dialect

    @property
    def fingerprint(self) -> str:
        """The name: the address does not change an answer."""
        return self.name

    async def generate(self, request: Request) -> ModelOutput:
        """Send the request once.

        Raises:
            ModelError: The service refuses it, or its reply is no answer to the question.
        """
        transport = self._transport
        question = question_in(request.messages)
        body = self._dialect.write(question, self.name)
        started = perf_counter()
        reply = await answered(transport, body, request.config, lambda piece: None)
        if reply.streamed:
            raise malformed("a decision came as a stream", transport.url)
        payload = json_object(reply.body, transport.url)
        if error_in(payload):
            raise refusal_inside(payload, transport.url)
        usage = usage_of(payload)
        try:
            answer = self._dialect.read(payload, question)
        except DecisionError as error:
            unusable = RejectedError(f"unusable answer from {transport.url}: {error}.")
            unusable.usage = usage
            raise unusable from None
        resolved = payload.get("model")
        model = resolved if isinstance(resolved, str) and resolved else self.name
        return ModelOutput(answer.text(), usage=usage, model=model, latency_s=perf_counter() - started)

    async def connect(self, count: int) -> None:
        """Open connections for requests to come."""
        await self._transport.connect(count)

    async def close(self) -> None:
        """Close all connections."""
        await self._transport.close()


def create(spec: ModelSpec) -> DecisionModel:
    """Make the model.

    Raises:
        ConfigError: No address, one that cannot be used, or an argument that is unknown.
    """
    args, dialect = spec.model_args, DIALECTS[spec.eval_type]
    check_model_args(args, ("default_headers", "default_query"), spec.eval_type)
    check_headers(args.get("default_headers"), "model_args.default_headers")
    address = base_address(spec, dialect.path)
    transport = HttpTransport(
        address.url + dialect.path,
        credential=Credential("Authorization", spec.api_key, "Bearer "),
        headers=args.get("default_headers"),
        query={**address.query, **(args.get("default_query") or {})},
        concurrency=spec.concurrency,
    )
    return DecisionModel(spec.model, transport, dialect)
