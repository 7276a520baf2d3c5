/** Flags that belong to the node (address, key, model) or load code and files from elsewhere. */
const NODE_FLAGS = [
  '--host', '--port', '--uds', '--api-key', '--api-key-file', '--admin-api-key', '--model', '--model-path', '--alias',
  '--served-model-name', '--config', '--download-dir', '--middleware', '--worker-cls', '--worker-extension-cls',
  '--logits-processors', '--tool-parser-plugin', '--reasoning-parser-plugin', '--allowed-local-media-path',
  '--profiler-config', '--kv-transfer-config', '--enable-custom-logit-processor', '--nccl-init-addr', '--hf-repo',
  '--model-url', '--rpc', '--models-dir', '--path', '--nnodes', '--node-rank', '--master-addr', '--master-port', '--headless', '--dist-init-addr', '--nccl-port', '--log-file', '--lora-modules', '--root-path',
  '--scheduler-cls', '--io-processor-plugin', '--tool-server', '--log-config-file', '--kv-events-config', '--ec-transfer-config', '--weight-transfer-config', '--custom-weight-loader', '--forward-hooks', '--sidecar', '--sidecar-args',
  '--allowed-media-domains', '--otlp-traces-endpoint', '--grpc', '--grpc-port', '--use-ray', '--delete-ckpt-after-loading', '--trust-request-chat-template',
];
const NODE_PREFIXES = ['--ssl-', '--hf-', '--remote-instance-', '--debug-tensor-dump-'];
const SHORT_FLAGS = new Set(['-m', '-a', '-hf', '-hff', '-mu', '-hfr']);
const MAX_ARGUMENTS = 200;
const MAX_ARGUMENT_LENGTH = 8192;

/** Names the first engine argument that may not come from outside, or undefined. */
export function refusedArgument(argv: readonly string[], trustRemoteCode: boolean): string | undefined {
  if (argv.length > MAX_ARGUMENTS) return `${argv.length} engine arguments, at most ${MAX_ARGUMENTS} are accepted`;
  for (const argument of argv) {
    const reason = reasonAgainst(argument, trustRemoteCode);
    if (reason !== undefined) return `engine argument "${argument.slice(0, 80)}" ${reason}`;
  }
  return undefined;
}

function reasonAgainst(argument: string, trustRemoteCode: boolean): string | undefined {
  if (argument.length > MAX_ARGUMENT_LENGTH) return `is longer than ${MAX_ARGUMENT_LENGTH} characters`;
  if (argument.includes('\0')) return 'contains a NUL character';
  const [flag, value] = argument.startsWith('-') ? splitFlag(argument) : ['', argument];
  if (isNodeFlag(flag)) return 'is set by the node itself or never accepted';
  if (!trustRemoteCode && isAbbreviationOf(flag, '--trust-remote-code')) return "runs code from the model, which this node's policy does not permit (trustRemoteCode)";
  if (/^[/~]|(^|\/)\.\.(\/|$)|^file:/.test(value)) return 'names a path of the node';
  return undefined;
}

/** vLLM takes `--flag.key value` for a flag with a JSON value: what counts is the flag. */
function splitFlag(argument: string): [string, string] {
  const at = argument.indexOf('=');
  const [flag = ''] = (at < 0 ? argument : argument.slice(0, at)).split('.', 1);
  return [flag.replaceAll('_', '-').toLowerCase(), at < 0 ? '' : argument.slice(at + 1)];
}

function isNodeFlag(flag: string): boolean {
  if (SHORT_FLAGS.has(flag)) return true;
  return NODE_FLAGS.some((denied) => isAbbreviationOf(flag, denied)) || NODE_PREFIXES.some((prefix) => flag.startsWith(prefix));
}

/** argparse takes any unambiguous beginning of a flag for the flag. */
function isAbbreviationOf(flag: string, denied: string): boolean {
  return flag.length > 2 && flag.startsWith('--') && denied.startsWith(flag);
}
