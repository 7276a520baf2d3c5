"""The tokenizer: SentencePiece-style BPE with byte fallback, as llama.cpp's "llama" vocabulary reads it.

No piece spans a border between words, numbers, punctuation and Chinese characters, so a text may be cut into
those parts first and every part be encoded once and remembered.
"""

import re
from collections import Counter
from functools import cache

UNKNOWN, BEGIN, END, TURN_START, TURN_END = range(5)
CONTROL_NAMES = ["<unk>", "<s>", "</s>", "<|im_start|>", "<|im_end|>"]
FIRST_BYTE = len(CONTROL_NAMES)

# GGUF token types
NORMAL, UNKNOWN_TYPE, CONTROL, BYTE = 1, 2, 3, 6

SPACE = "▁"  # how SentencePiece writes a blank
PARTS = re.compile(r" ?[A-Za-z]+| ?[0-9]+|\n| ?[^A-Za-z0-9\s]|\s")
LARGEST_WHOLE_NUMBER = 40


class Vocabulary:
    """Learns pieces from texts, then turns text into ids the way llama.cpp does (best-scored merge first)."""

    def __init__(self, texts: list[str], merges: int):
        self.tokens = [*CONTROL_NAMES, *(f"<0x{byte:02X}>" for byte in range(256))]
        self.types = [UNKNOWN_TYPE, *[CONTROL] * (len(CONTROL_NAMES) - 1), *[BYTE] * 256]
        self.scores = [0.0] * len(self.tokens)
        for character in sorted({SPACE, *map(chr, range(33, 127)), *(c for text in texts for c in text if ord(c) > 127)}):
            self._add(character, -10_000.0)
        # Numbers first: a number that is always one token is much easier to add.
        for number in range(10, LARGEST_WHOLE_NUMBER + 1):
            self._merge(str(number))
        for number in range(LARGEST_WHOLE_NUMBER + 1):
            self._merge(SPACE + str(number))
        self._learn(texts, merges)
        self.ids = {token: index for index, token in enumerate(self.tokens)}
        self._part_ids = cache(self._encode_part)

    def __len__(self) -> int:
        return len(self.tokens)

    def encode(self, text: str) -> list[int]:
        return [token for part in PARTS.findall(text) for token in self._part_ids(part)]

    def decode(self, ids: list[int]) -> str:
        raw = b""
        for token in ids:
            if self.types[token] == BYTE:
                raw += bytes([token - FIRST_BYTE])
            elif self.types[token] == NORMAL:
                raw += self.tokens[token].replace(SPACE, " ").encode()
        return raw.decode(errors="replace")

    def _add(self, token: str, score: float) -> None:
        self.tokens.append(token)
        self.types.append(NORMAL)
        self.scores.append(score)

    def _merge(self, token: str) -> None:
        self._ranks = getattr(self, "_ranks", 0) + 1
        self._add(token, -float(self._ranks))

    def _learn(self, texts: list[str], merges: int) -> None:
        """Byte-pair merges over words of letters; numbers and punctuation stay as they are."""
        counts = Counter(part for text in texts for part in PARTS.findall(text) if part.strip().isascii() and part.strip().isalpha())
        words = {tuple(word.replace(" ", SPACE)): count for word, count in counts.items()}
        for _ in range(merges):
            pairs: Counter[tuple[str, str]] = Counter()
            for word, count in words.items():
                for pair in zip(word, word[1:]):
                    pairs[pair] += count
            if not pairs:
                return
            best = min(pairs, key=lambda pair: (-pairs[pair], pair))
            self._merge("".join(best))
            words = {joined(word, best): count for word, count in words.items()}

    def _encode_part(self, part: str) -> tuple[int, ...]:
        symbols = list(part.replace(" ", SPACE))
        while True:
            candidates = [(self.scores[self.ids[a + b]], -i) for i, (a, b) in enumerate(zip(symbols, symbols[1:])) if a + b in self.ids]
            if not candidates:
                break
            at = -max(candidates)[1]
            symbols[at:at + 2] = [symbols[at] + symbols[at + 1]]
        ids: list[int] = []
        for symbol in symbols:
            ids += [self.ids[symbol]] if symbol in self.ids else [FIRST_BYTE + byte for byte in symbol.encode()]
        return tuple(ids)


def joined(word: tuple[str, ...], pair: tuple[str, str]) -> tuple[str, ...]:
    result: list[str] = []
    at = 0
    while at < len(word):
        if word[at:at + 2] == pair:
            result.append(word[at] + word[at + 1])
            at += 2
        else:
            result.append(word[at])
            at += 1
    return tuple(result)
