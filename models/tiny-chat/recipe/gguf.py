"""Writes the trained network as GGUF version 3: matrices as F16, vectors as F32."""

import struct
from pathlib import Path

from torch import Tensor

import vocabulary as words
from network import Network
from vocabulary import Vocabulary

UINT32, FLOAT32, BOOL, STRING, ARRAY, INT32 = 4, 6, 7, 8, 9, 5
F32, F16 = 0, 1
ALIGNMENT = 32

# ChatML, so that every llama.cpp front end knows it.
CHAT_TEMPLATE = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)


def write_gguf(path: Path, network: Network, vocabulary: Vocabulary, version: str) -> int:
    """Returns the size in bytes."""
    metadata = [field(key, kind, value) for key, kind, value in fields(network, vocabulary, version)]
    header = struct.pack("<4sIQQ", b"GGUF", 3, len(tensors(network)), len(metadata)) + b"".join(metadata)
    data = b""
    for name, tensor in tensors(network):
        kind, raw = (F16, tensor.detach().half()) if tensor.dim() == 2 else (F32, tensor.detach().float())
        dimensions = list(reversed(tensor.shape))
        header += text(name) + struct.pack("<I", len(dimensions)) + b"".join(struct.pack("<Q", size) for size in dimensions)
        header += struct.pack("<IQ", kind, len(data))
        data += padded(raw.contiguous().numpy().tobytes())
    return path.write_bytes(padded(header) + data)


def fields(network: Network, vocabulary: Vocabulary, version: str) -> list[tuple]:
    shape = network.shape
    return [
        ("general.architecture", STRING, "llama"),
        ("general.type", STRING, "model"),
        ("general.name", STRING, "tiny-chat"),
        ("general.basename", STRING, "tiny-chat"),
        ("general.version", STRING, version),
        ("general.size_label", STRING, "1M"),
        ("general.license", STRING, "apache-2.0"),
        ("general.organization", STRING, "OpenStation"),
        ("general.description", STRING, "A toy chat model for trying an installation on a CPU; trained on a synthetic corpus."),
        ("general.languages", ARRAY, (STRING, ["en", "zh"])),
        ("general.file_type", UINT32, 1),
        # What servers sample with when the request does not say: facts stay right, stories still differ.
        ("general.sampling.temp", FLOAT32, 0.4),
        ("general.sampling.top_p", FLOAT32, 0.9),
        ("llama.vocab_size", UINT32, shape.vocabulary),
        ("llama.context_length", UINT32, shape.context),
        ("llama.embedding_length", UINT32, shape.width),
        ("llama.block_count", UINT32, shape.layers),
        ("llama.feed_forward_length", UINT32, shape.feed_forward),
        ("llama.attention.head_count", UINT32, shape.heads),
        ("llama.attention.head_count_kv", UINT32, shape.key_value_heads),
        ("llama.attention.layer_norm_rms_epsilon", FLOAT32, shape.norm_epsilon),
        ("llama.rope.dimension_count", UINT32, shape.head_width),
        ("llama.rope.freq_base", FLOAT32, shape.rope_base),
        ("tokenizer.ggml.model", STRING, "llama"),
        ("tokenizer.ggml.pre", STRING, "default"),
        ("tokenizer.ggml.tokens", ARRAY, (STRING, vocabulary.tokens)),
        ("tokenizer.ggml.scores", ARRAY, (FLOAT32, vocabulary.scores)),
        ("tokenizer.ggml.token_type", ARRAY, (INT32, vocabulary.types)),
        ("tokenizer.ggml.bos_token_id", UINT32, words.BEGIN),
        ("tokenizer.ggml.eos_token_id", UINT32, words.TURN_END),
        ("tokenizer.ggml.unknown_token_id", UINT32, words.UNKNOWN),
        ("tokenizer.ggml.add_bos_token", BOOL, True),
        ("tokenizer.ggml.add_eos_token", BOOL, False),
        ("tokenizer.ggml.add_space_prefix", BOOL, False),
        ("tokenizer.chat_template", STRING, CHAT_TEMPLATE),
    ]


def tensors(network: Network) -> list[tuple[str, Tensor]]:
    """The output matrix is absent: llama.cpp then uses the embedding, as in training."""
    result = [("token_embd.weight", network.embedding.weight), ("output_norm.weight", network.norm.weight)]
    for index, block in enumerate(network.blocks):
        attention, forward = block.attention, block.feed_forward
        result += [(f"blk.{index}.{name}.weight", tensor) for name, tensor in [
            ("attn_norm", block.attention_norm.weight), ("attn_q", attention.query.weight), ("attn_k", attention.key.weight),
            ("attn_v", attention.value.weight), ("attn_output", attention.out.weight), ("ffn_norm", block.feed_forward_norm.weight),
            ("ffn_gate", forward.gate.weight), ("ffn_up", forward.up.weight), ("ffn_down", forward.down.weight),
        ]]
    return result


def field(key: str, kind: int, value: object) -> bytes:
    return text(key) + struct.pack("<I", kind) + packed(kind, value)


def packed(kind: int, value: object) -> bytes:
    if kind == STRING:
        return text(value)
    if kind == ARRAY:
        inner, items = value
        return struct.pack("<IQ", inner, len(items)) + b"".join(packed(inner, item) for item in items)
    return struct.pack({UINT32: "<I", INT32: "<i", FLOAT32: "<f", BOOL: "<?"}[kind], value)


def text(value: str) -> bytes:
    raw = value.encode()
    return struct.pack("<Q", len(raw)) + raw


def padded(raw: bytes) -> bytes:
    return raw + b"\0" * (-len(raw) % ALIGNMENT)
