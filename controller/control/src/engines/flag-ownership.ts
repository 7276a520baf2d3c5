/** Why a flag is not for people to set, and the reason in words; the words continue the flag's name. */
interface Owner {
  readonly reason: string;
  /** Whole names, and beginnings of names that end at a hyphen. */
  readonly names: readonly string[];
  readonly pattern?: RegExp;
}

/** Names are without leading hyphens. The first owner that fits tells its reason. */
const OWNERS: readonly Owner[] = [
  {
    reason: 'is not allowed: it is set by the platform or would open the engine to other code or files',
    names: [
      'host', 'port', 'uds', 'api-key', 'admin-api-key', 'ssl', 'model', 'model-path', 'model-url', 'tokenizer', 'tokenizer-path', 'hf', 'mmproj', 'lora', 'served-model-name', 'alias',
      'download-dir', 'middleware', 'worker-cls', 'worker-extension-cls', 'scheduler-cls', 'logits-processors', 'tool-parser-plugin', 'reasoning-parser-plugin', 'io-processor-plugin', 'tool-server',
      'allowed-local-media-path', 'allowed-media-domains', 'profiler-config', 'kv-transfer-config', 'kv-events-config', 'ec-transfer-config', 'weight-transfer-config', 'dist-init-addr', 'nccl', 'master-addr', 'master-port',
      'enable-custom-logit-processor', 'custom-weight-loader', 'forward-hooks', 'sidecar', 'trust', 'chat-template', 'config', 'load-format', 'rpc', 'plugin', 'log-file', 'log-config-file', 'path', 'root-path', 'fastapi-root-path',
      'grpc', 'smg', 'enable-http2', 'enable-ssl-refresh', 'enable-prompt-embeds', 'enable-mm-embeds', 'ray', 'use-ray', 'otlp', 'hicache-storage', 'remote-instance', 'decoupled-spec', 'checkpoint-engine', 'delete-ckpt-after-loading',
      'debug-tensor-dump', 'crash-dump-folder', 'export-metrics', 'weight-cache', 'revision', 'code-revision',
    ],
    pattern: /-port$/,
  },
  {
    reason: 'follows from the chosen nodes and cards and cannot be set here',
    names: [
      'tensor-parallel-size', 'tp', 'pipeline-parallel-size', 'pp-size', 'pp', 'nnodes', 'node-rank', 'headless', 'distributed-executor-backend', 'device', 'device-ids', 'data-parallel', 'dp', 'prefill-context-parallel-size',
      'gpu-layers', 'n-gpu-layers', 'ngl', 'split-mode', 'tensor-split', 'main-gpu', 'override-tensor', 'base-gpu-id', 'gpu-id-step', 'elastic-ep', 'enable-elastic-ep', 'enable-scale-out', 'disaggregation',
    ],
  },
  { reason: 'is not allowed: the platform reads the engine’s own numbers to tell whether it works', names: ['disable-log-stats', 'enable-metrics'] },
  { reason: 'is not allowed: it writes what people ask into the log', names: ['log-requests', 'enable-log-requests', 'enable-log-outputs', 'enable-trace', 'enable-trace-replay'] },
];

/** Harmless ones that begin like an owned one. */
const OPEN: readonly string[] = ['lora-dtype', 'lora-backend', 'lora-eviction-policy', 'model-impl', 'tokenizer-mode', 'tokenizer-worker-num', 'tokenizer-backend', 'chat-template-content-format'];

/** @param name without hyphens in front, in small letters, hyphens inside @returns why it may not be set; undefined: it may */
export function whyOwned(name: string): string | undefined {
  if (OPEN.includes(name)) return undefined;
  return OWNERS.find(({ names, pattern }) => names.some((owned) => name === owned || name.startsWith(`${owned}-`) || name.startsWith(`${owned}.`)) || pattern?.test(name))?.reason;
}

/** Engines take any beginning of a flag for the flag: an unlisted word may be an owned one cut short. */
export function mayBeOwned(word: string, known: readonly string[]): string | undefined {
  const name = word.replace(/^no-/, '');
  const cut = [...OWNERS.flatMap(({ names }) => names), ...known].find((one) => one.startsWith(name) && whyOwned(one) !== undefined);
  return whyOwned(name) ?? (cut === undefined ? undefined : whyOwned(cut));
}
