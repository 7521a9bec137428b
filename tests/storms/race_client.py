"""One process that decides: reservations and commitments mixed, by HTTP, as fast as it can.

    python tests/storms/race_client.py PORT SEED COUNT FILE UNITS

Each answer is a line of FILE: its status. Standard library only: it starts at once.
"""

from __future__ import annotations

import http.client
import json
import random
import sys
from pathlib import Path

UNITS = 10
YEAR = 2026


def unit(number: int) -> str:
    """Return the code of a UO."""
    return f"0214-RACE-UO{number:02}"


def decision(chance: random.Random, name: str, units: int) -> tuple[str, dict[str, object]]:
    """Return an address and a body: about half of them are commitments, some on two UO."""
    euros = f"{chance.randint(1, 40_000) / 100:.2f}"
    first, second = chance.sample(range(units), 2)
    if chance.random() < 0.5:
        body = {"node": unit(first), "fiscal_year": YEAR, "label": name, "ae": euros}
        return "reservations", body
    nodes = [first, second] if chance.random() < 0.4 else [first]
    total = f"{round(float(euros) * 100) * len(nodes) / 100:.2f}"
    return "commitments", {
        "legal_reference": name,
        "fiscal_year": YEAR,
        "committed_on": f"{YEAR}-03-01",
        "amount": total,
        "lines": [{"node": unit(number), "amount": euros} for number in nodes],
    }


def main(port: int, seed: int, count: int, file: Path, units: int) -> None:
    """Send the decisions, one after the other, on one connection."""
    chance = random.Random(seed)
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    with file.open("w") as told:
        for number in range(count):
            address, body = decision(chance, f"R{seed}-{number}", units)
            headers = {"Content-Type": "application/json"}
            link.request("POST", f"/api/v1/{address}/", json.dumps(body), headers)
            answer = link.getresponse()
            text = answer.read().decode()
            told.write(f"{answer.status} {text[:300] if answer.status not in (201, 409) else ''}\n")
            told.flush()


if __name__ == "__main__":
    port, seed, count = map(int, sys.argv[1:4])
    main(port, seed, count, Path(sys.argv[4]), int(sys.argv[5]))
