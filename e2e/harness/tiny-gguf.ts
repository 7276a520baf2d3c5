import { randomFillSync } from 'node:crypto';
import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs';

const TYPE = { uint32: 4, float32: 6, string: 8 } as const;

/**
 * Writes a well-formed GGUF (version 3) of some hundred bytes: a llama architecture with one tiny tensor.
 * Enough for everything that reads a model's head; only the fake engine can serve it.
 */
export function writeTinyGguf(path: string, name = 'tiny'): void {
  const elements = 32;
  writeFileSync(path, Buffer.concat([head(name, elements), Buffer.alloc(elements * 4)]));
}

/** The same with a tensor of that many bytes that no one can compress or guess: for moving it about. */
export function writeLargeGguf(path: string, bytes: number, name = 'large'): void {
  const file = openSync(path, 'w');
  try {
    writeSync(file, head(name, Math.ceil(bytes / 4)));
    const block = Buffer.alloc(4 * 1024 * 1024);
    for (let left = Math.ceil(bytes / 4) * 4; left > 0; left -= block.length) writeSync(file, randomFillSync(block), 0, Math.min(left, block.length));
  } finally {
    closeSync(file);
  }
}

function head(name: string, elements: number): Buffer {
  const metadata = [
    ['general.architecture', TYPE.string, 'llama'],
    ['general.name', TYPE.string, name],
    ['general.file_type', TYPE.uint32, 0],
    ['general.alignment', TYPE.uint32, 32],
    ['llama.context_length', TYPE.uint32, 4096],
    ['llama.embedding_length', TYPE.uint32, 64],
    ['llama.block_count', TYPE.uint32, 2],
    ['llama.feed_forward_length', TYPE.uint32, 128],
    ['llama.attention.head_count', TYPE.uint32, 4],
    ['llama.attention.head_count_kv', TYPE.uint32, 2],
    ['llama.attention.layer_norm_rms_epsilon', TYPE.float32, 1e-5],
    ['llama.vocab_size', TYPE.uint32, 2],
    ['tokenizer.ggml.model', TYPE.string, 'llama'],
  ] as const;
  const start = Buffer.concat([
    Buffer.from('GGUF'), u32(3), u64(1), u64(metadata.length),
    ...metadata.map(([key, type, value]) => Buffer.concat([text(key), u32(type), typeof value === 'string' ? text(value) : type === TYPE.float32 ? f32(value) : u32(value)])),
    text('token_embd.weight'), u32(1), u64(elements), u32(0), u64(0),
  ]);
  return Buffer.concat([start, Buffer.alloc((32 - (start.length % 32)) % 32)]);
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function f32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return bytes;
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([u64(bytes.length), bytes]);
}
