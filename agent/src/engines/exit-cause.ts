/** How an engine ended, as far as the driver could see. */
export interface EngineExit {
  /** Undefined when nobody could record it (killed together with its wrapper). */
  readonly code: number | undefined;
  readonly oomKilled: boolean;
}

export interface ExitCause {
  readonly reason: 'exited' | 'killed' | 'oom-killed' | 'host-memory' | 'gpu-memory' | 'port';
  readonly message: string;
}

const GPU_MEMORY = /CUDA out of memory|cudaMalloc failed: out of memory|not enough GPU memory|Free memory on device cuda|No available memory for the cache blocks|Capture cuda graph failed|Not enough memory\. Please try to increase --mem-fraction-static/i;
const HOST_MEMORY = /Available memory on node \d|Cannot allocate memory|std::bad_alloc|MemoryError|Worker proc .* died unexpectedly \(exit code: -9/i;
const PORT = /\[Errno 98\]|address already in use|EADDRINUSE|couldn't bind HTTP server socket/i;
/** Lines that say what went wrong, best first. Engines end with generic lines, so the first match of the best pattern wins. */
const TELLING = [
  GPU_MEMORY, HOST_MEMORY, PORT,
  /failed to load model|unknown model architecture|Model architectures .* are not supported|KV cache is needed, which is larger|max_model_len|must be divisible|Failed to infer device type|Found no NVIDIA driver|CUDA driver version is insufficient|Cannot find any model weights/i,
  /unrecognized arguments|invalid choice|unknown (?:option|argument)|bad option/i,
  /\b[A-Z]\w*(?:Error|Exception)\b: \S/,
  /\b(?:fatal|panic|error)\b/i,
];
const MAX_MESSAGE = 600;
/** 128 + SIGKILL: by hand, or by the kernel when the whole machine ran out of memory; the exit does not tell which. */
const KILLED = 137;

/** Classifies an exit from its code and the last log lines, and keeps the essence of the log for people. */
export function exitCause(exit: EngineExit, lines: readonly string[]): ExitCause {
  const essence = tellingLine(lines);
  const text = lines.join('\n');
  if (GPU_MEMORY.test(text)) return { reason: 'gpu-memory', message: clip(`the GPU memory was not enough: ${essence}`) };
  if (PORT.test(text)) return { reason: 'port', message: clip(`the engine's port was taken: ${essence}`) };
  if (exit.oomKilled) return { reason: 'oom-killed', message: clip(`the kernel killed the engine for lack of memory (${exitText(exit)})${last(essence)}`) };
  if (HOST_MEMORY.test(text)) return { reason: 'host-memory', message: clip(`the engine gave up for lack of memory (${exitText(exit)})${last(essence)}`) };
  if (exit.code === KILLED) return { reason: 'killed', message: clip(`the engine was killed by force (${exitText(exit)})${last(essence)}`) };
  return { reason: 'exited', message: clip(`the engine ended with ${exitText(exit)}${essence ? `: ${essence}` : ' and wrote nothing'}`) };
}

function last(essence: string): string {
  return essence === '' ? '' : `: ${essence}`;
}

function tellingLine(lines: readonly string[]): string {
  for (const pattern of TELLING) {
    const line = lines.find((candidate) => pattern.test(candidate));
    if (line !== undefined) return line.trim();
  }
  return lines.findLast((line) => line.trim() !== '')?.trim() ?? '';
}

function exitText(exit: EngineExit): string {
  if (exit.code === undefined) return 'an unknown exit code';
  return exit.code > 128 ? `exit code ${exit.code}, signal ${exit.code - 128}` : `exit code ${exit.code}`;
}

function clip(text: string): string {
  return text.length <= MAX_MESSAGE ? text : `${text.slice(0, MAX_MESSAGE - 1)}…`;
}
