"""Trains tiny-chat from nothing and writes it as GGUF.

    python train.py ../tiny-chat.gguf [--steps 4000]

One thread, fixed seeds, a schedule counted in steps: the same torch on the same kind of processor gives the same file.
"""

import argparse
import math
import random
import time
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

import corpus
import vocabulary as words
from gguf import write_gguf
from network import Network, Shape
from vocabulary import Vocabulary

SEED = 20260
VERSION = "1.0"
MERGES = 420
VOCABULARY_SAMPLE = 6_000
DOCUMENTS = 40_000
ROWS, LONGEST = 32, 256
PEAK_RATE, WARM_UP_STEPS = 3e-3, 150
IGNORED = -100


def main() -> None:
    arguments = parse()
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    rng = random.Random(SEED)

    sample = [corpus.conversation(rng) for _ in range(VOCABULARY_SAMPLE)]
    vocabulary = Vocabulary([text for turns in sample for _, text in turns] + ["system user assistant"] * 2_000, MERGES)
    documents = [encoded(vocabulary, corpus.conversation(rng)) for _ in range(DOCUMENTS)]
    network = Network(Shape(vocabulary=len(vocabulary)))
    size = sum(parameter.numel() for parameter in network.parameters())
    print(f"{len(vocabulary)} tokens, {size} parameters, {sum(len(ids) for ids, _ in documents)} training tokens", flush=True)

    train(network, documents, arguments.steps, rng)
    for question in ["Hello", "What is the capital of Japan?", "7 + 8 = ?", "你好", "What is OpenStation?"]:
        print(f"{question} -> {answer(network, vocabulary, question)}")
    print(f"{write_gguf(arguments.out, network, vocabulary, VERSION)} bytes in {arguments.out}")


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--steps", type=int, default=4_000)
    return parser.parse_args()


def encoded(vocabulary: Vocabulary, turns: list[corpus.Turn]) -> tuple[list[int], list[bool]]:
    """Token ids, and which of them are the assistant's: only those are learnt."""
    ids, learnt = [words.BEGIN], [False]
    for role, text in turns:
        head = [words.TURN_START, *vocabulary.encode(f"{role}\n")]
        body = [*vocabulary.encode(text), words.TURN_END]
        tail = vocabulary.encode("\n")
        ids += head + body + tail
        learnt += [False] * len(head) + [role == "assistant"] * len(body) + [False] * len(tail)
    return ids, learnt


def train(network: Network, documents: list[tuple[list[int], list[bool]]], steps: int, rng: random.Random) -> None:
    optimizer = torch.optim.AdamW(network.parameters(), lr=PEAK_RATE, betas=(0.9, 0.95), weight_decay=0.05)
    started = time.monotonic()
    # Rows of one batch are of about equal length, so that little is spent on filling.
    ordered = sorted(documents, key=lambda document: len(document[0]))
    batches = [ordered[at : at + ROWS] for at in range(0, len(ordered), ROWS)]
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step, steps)
        inputs, targets = batch(rng.choice(batches))
        loss = functional.cross_entropy(network(inputs).flatten(0, 1), targets.flatten(), ignore_index=IGNORED)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        if step % 100 == 0 or step == steps - 1:
            print(f"step {step} loss {loss.item():.4f} after {time.monotonic() - started:.0f} s", flush=True)


def learning_rate(step: int, steps: int) -> float:
    warm = min(1.0, (step + 1) / WARM_UP_STEPS)
    return PEAK_RATE * warm * (0.03 + 0.97 * (0.5 + 0.5 * math.cos(math.pi * step / steps)))


def batch(rows: list[tuple[list[int], list[bool]]]) -> tuple[Tensor, Tensor]:
    """Every conversation starts at position 0, as it will in use; shorter rows are filled up and not learnt."""
    length = min(LONGEST, max(len(ids) for ids, _ in rows))
    inputs = torch.zeros((len(rows), length - 1), dtype=torch.long)
    targets = torch.full((len(rows), length - 1), IGNORED)
    for row, (ids, learnt) in enumerate(rows):
        ids, learnt = ids[:length], learnt[:length]
        inputs[row, : len(ids) - 1] = torch.tensor(ids[:-1])
        targets[row, : len(ids) - 1] = torch.tensor([token if wanted else IGNORED for token, wanted in zip(ids[1:], learnt[1:])])
    return inputs, targets


@torch.no_grad()
def answer(network: Network, vocabulary: Vocabulary, question: str) -> str:
    """Greedy, without a cache: enough for a glance at the end of training."""
    ids, _ = encoded(vocabulary, [("user", question)])
    ids += [words.TURN_START, *vocabulary.encode("assistant\n")]
    start = len(ids)
    while len(ids) < start + 80:
        token = int(network(torch.tensor([ids]))[0, -1].argmax())
        if token == words.TURN_END:
            break
        ids.append(token)
    return vocabulary.decode(ids[start:])


if __name__ == "__main__":
    main()
