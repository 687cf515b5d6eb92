"""Checks that a service runs a vendor's model as the vendor does.

``k2_verifier`` (K2-Vendor-Verifier of Moonshot AI): calls when the official service called, with arguments that fit.
``minimax_verifier`` (MiniMax-Provider-Verifier of MiniMax): calls, and the faults that wrong deployments show.
``kimi_verifier`` (Kimi-Vendor-Verifier of Moonshot AI): fixed parameters are refused with any other value. Its subsets
are the ways to switch thinking on: Moonshot's own, that of chat templates, and none. A probe sends the parameter it is
about, the switch and ``max_tokens``, and no other parameter of the run; its records are made here.

Records not seen but for written ones: they are read in the shape in which EvalScope's adapters read them.
"""

from evalscope_pytest import Sample, benchmark, hub, local

from .vendors import schema
from .vendors.decision_to_call import decision_to_call
from .vendors.deployment import deployment
from .vendors.probes import MODES, probe_sample, probes, refused_rightly
from .vendors.whole_reply import decoded, sample_of, written


def k2_sample(record) -> Sample:
    schema.require()
    return sample_of(record, should_call_tool=bool(record["should_call_tool"]))


@benchmark(
    "k2_verifier",
    pretty_name="K2-Vendor-Verifier",
    dataset=hub("evalscope/K2VendorVerifier", subsets=["k2_thinking"]),
    to_sample=k2_sample,
    scorer=decision_to_call("trigger_similarity", "count_finish_reason_tool_calls"),
    tags=["function_calling"],
)
async def test_k2_verifier(sample, model):
    return written(await model.generate(sample))


def minimax_sample(record) -> Sample:
    schema.require()
    expected = record.get("expected_tool_call")
    return sample_of(record, checks=decoded(record.get("check_type")) or ["tool_calls"], expected=expected)


@benchmark(
    "minimax_verifier",
    pretty_name="MiniMax-Vendor-Verifier",
    dataset=hub("evalscope/MiniMaxVendorVerifier"),
    to_sample=minimax_sample,
    scorer=deployment(),
    tags=["function_calling"],
)
async def test_minimax_verifier(sample, model):
    return written(await model.generate(sample))


@benchmark(
    "kimi_verifier",
    pretty_name="Kimi-Vendor-Verifier",
    dataset=local("vendors", subsets=list(MODES)),
    records=lambda read, subset, params: probes(subset),
    to_sample=probe_sample,
    scorer=refused_rightly(),
    tags=["function_calling"],
)
async def test_kimi_verifier(sample, model):
    return written(await model.generate(sample, refusals=True))
