"""Questions with pictures against a plain asyncio + aiohttp client with the same bodies, and memory above start-up.

    python bench/pictures.py [--samples 900] [--size 150000] [--latency 1.0] [--rounds 3]

Pictures are noise, so that each is new and as large as it says. The server counts the pictures that arrive.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import contextlib
import hashlib
import json
import random
import statistics
import struct
import subprocess
import sys
import tempfile
import time
import urllib.request
import zlib
from pathlib import Path

import aiohttp
import measure
import uvloop
from aiohttp import web

SUITE = '''"""Pictures."""
from evalscope_pytest import Sample, benchmark, image, local, scoring, text


@benchmark("pictures", dataset=local("pictures.jsonl"), scorer=scoring.exact_match())
def test_pictures(record) -> Sample:
    return Sample([text(record["question"]), image(record["image"])], "grey")
'''
CONCURRENCY = 64


def png(size: int, seed: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    side = int(size**0.5)
    noise = random.Random(seed)
    rows = b"".join(b"\0" + noise.randbytes(side) for _ in range(side))
    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows, 0)) + chunk(b"IEND", b"")


async def serve(latency: float) -> None:
    seen = {"requests": 0, "first": 0.0, "last": 0.0}
    pictures: set[bytes] = set()

    async def answer(request: web.Request) -> web.Response:
        body = await request.read()
        seen["first"] = seen["first"] or time.perf_counter()
        seen["requests"] += 1
        pictures.add(hashlib.sha256(body[body.index(b"base64,") :]).digest())
        await asyncio.sleep(latency)
        seen["last"] = time.perf_counter()
        message = {"role": "assistant", "content": "grey"}
        return web.json_response({"choices": [{"message": message, "finish_reason": "stop"}], "usage": {}})

    async def stats(request: web.Request) -> web.Response:
        found = {**seen, "pictures": len(pictures)}
        seen.update(requests=0, first=0.0, last=0.0)
        pictures.clear()
        return web.json_response(found)

    app = web.Application(client_max_size=1 << 26)
    app.add_routes([web.post("/v1/chat/completions", answer), web.get("/stats", stats)])
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, backlog=1024)
    await site.start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


async def plain(base: str, folder: Path) -> None:
    def body(record: dict[str, str]) -> dict[str, object]:
        url = "data:image/png;base64," + base64.b64encode((folder / record["image"]).read_bytes()).decode()
        parts = [{"type": "text", "text": record["question"]},
                 {"type": "image_url", "image_url": {"url": url, "detail": "auto"}}]  # fmt: skip
        return {"model": "bench", "messages": [{"role": "user", "content": parts}]}

    records = iter([json.loads(line) for line in (folder / "pictures.jsonl").read_text().splitlines()])
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=CONCURRENCY)) as session:

        async def worker() -> None:
            for record in records:
                async with session.post(f"{base}/v1/chat/completions", json=body(record)) as reply:
                    await reply.json()

        await asyncio.gather(*[worker() for _ in range(CONCURRENCY)])


def stats(base: str) -> dict[str, float]:
    with urllib.request.urlopen(f"{base}/stats") as reply:
        return json.load(reply)


def main(arguments: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        (folder / "test_pictures.py").write_text(SUITE)
        rows = [{"question": f"What is {n}?", "image": f"{n}.png"} for n in range(arguments.samples)]
        for n, row in enumerate(rows):
            (folder / row["image"]).write_bytes(png(arguments.size, n))
        (folder / "pictures.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        command = [sys.executable, __file__, "--serve", "--latency", str(arguments.latency)]
        server = stack.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
        stack.callback(server.kill)
        base = f"http://127.0.0.1:{server.stdout.readline().strip()}"

        def ours(number: str, *more: str) -> measure.Cost:
            return measure.run(measure.pytest(
                str(folder / "test_pictures.py"), "--eval-model=bench", f"--eval-api-url={base}/v1",
                f"--eval-batch-size={CONCURRENCY}", f"--eval-work-dir={folder}/{number}", *more,
            ))  # fmt: skip

        start_up = ours("one", "--eval-limit=1")
        ratios, memory = [], []
        for number in range(arguments.rounds):
            stats(base)
            cost = ours(str(number))
            own = stats(base)
            assert own["requests"] == own["pictures"] == arguments.samples, own
            measure.run([sys.executable, __file__, "--plain", base, "--folder", name])
            other = stats(base)
            ratios.append((other["last"] - other["first"]) / (own["last"] - own["first"]))
            memory.append(cost.peak_mb - start_up.peak_mb)
    print(f"request phase {statistics.median(ratios):.2f} of the plain client (target 0.90)")
    print(f"memory {max(memory):.0f} MB above start-up (target 250)")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--samples", type=int, default=900)
    parser.add_argument("--size", type=int, default=150_000)
    parser.add_argument("--latency", type=float, default=1.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--serve", action="store_true")
    parser.add_argument("--plain", default="")
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    if given.serve:
        uvloop.run(serve(given.latency))
    elif given.plain:
        uvloop.run(plain(given.plain, given.folder))
    else:
        main(given)
