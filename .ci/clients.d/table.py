"""Prints what the clients came to, client by operation."""

import os
import sys


def main():
    rows = [line.rstrip("\n").split("\t") for line in open(sys.argv[1], encoding="utf-8")]
    outcomes = {}
    for client, operation, outcome, detail in rows:
        operation = "every documented error" if operation.startswith("error ") else operation
        good, all_of = outcomes.get((client, operation), (0, 0))
        outcomes[client, operation] = (good + (outcome == "ok"), all_of + 1)
        if outcome != "ok":
            print(f"FAILED {client}, {operation}: {detail}")
    wanted = ["curl", "python 2.0", "python 8.0", "node 2.0", "page sample", "sandbox page", "report page"]
    if not os.path.exists(os.environ["SAMPLE"]):
        wanted.remove("page sample")
    clients = [client for client in wanted if any(key[0] == client for key in outcomes)]
    operations = list(dict.fromkeys(key[1] for key in outcomes))
    width = max(map(len, operations))
    print(" " * width, *(f"{client:>12}" for client in clients), sep=" | ")
    for operation in operations:
        cells = []
        for client in clients:
            good, all_of = outcomes.get((client, operation), (0, 0))
            cells.append("" if all_of == 0 else "ok" if good == all_of == 1 else f"{good} of {all_of}")
        print(f"{operation:<{width}}", *(f"{cell:>12}" for cell in cells), sep=" | ")
    if clients != wanted or any(good != all_of for good, all_of in outcomes.values()):
        print("not every client did everything:", ", ".join(client for client in wanted if client not in clients))
        sys.exit(1)


main()
