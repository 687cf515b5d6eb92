"""The client to compare with: asyncio and aiohttp, nothing else.

    python bench/plain_client.py BASE_URL CONCURRENCY PREDICTIONS.jsonl

Sends the requests of one of our runs (its predictions hold the messages), and writes one line a reply.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile

import aiohttp
import uvloop


async def main(base: str, concurrency: int, path: str) -> None:
    with open(path, encoding="utf-8") as file:
        prompts = [[m for m in json.loads(line)["messages"] if m["role"] != "assistant"] for line in file]
    bodies = [
        {"model": "bench", "messages": [{"role": m["role"], "content": m["content"]} for m in p], "temperature": 0.0}
        for p in prompts
    ]
    waiting = iter(bodies)
    connector = aiohttp.TCPConnector(limit=concurrency)
    with tempfile.TemporaryFile("w") as out:
        async with aiohttp.ClientSession(connector=connector) as session:

            async def worker() -> None:
                for body in waiting:
                    async with session.post(f"{base}/chat/completions", json=body) as reply:
                        answer = (await reply.json())["choices"][0]["message"]["content"]
                    out.write(json.dumps({"answer": answer}) + "\n")

            await asyncio.gather(*[worker() for _ in range(concurrency)])


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], int(sys.argv[2]), sys.argv[3]))
