import type { LaunchIntent } from '@openstation/proto';
import { refusedArgument } from './argument-check.js';
import type { EnginePolicy } from './policy.schema.js';

const PREFIX = 'custom-';
const PLACEHOLDER = /\{(?:model_path|host|port|served_name|api_key_file)\}/g;
/** What this node fills in, and nothing else but the name of a file inside the model. */
const FILLED = /^(?:\{(?:host|port|served_name|api_key_file)\}|\{model_path\}(?:\/[\w.-]+)*)$/;
const URL_PATH = /^\/[A-Za-z0-9/_.-]{0,199}$/;

/**
 * Holds a command line that came as a pattern against the node's policy. Only engines with names of their own may
 * come so, and only where the node's administrator permits it: the pattern names the program too.
 */
export function templateRefusal(policy: EnginePolicy, { engine, template, argv }: LaunchIntent, trustRemoteCode: boolean): string | undefined {
  const own = engine.startsWith(PREFIX);
  if (!template) return own ? `engine "${engine}" comes without its template` : undefined;
  if (!own) return `engine "${engine}" is known to this node and takes no template`;
  if (policy.template !== true) return `this node's policy permits no command line from a template for "${engine}" (engines.${engine}.template)`;
  if (template.command.length === 0 || template.command.some((word) => word.includes('\0'))) return 'the template names no program';
  if (!URL_PATH.test(template.healthPath)) return `"${template.healthPath}" is no path of a health check`;
  if (template.metricsPath !== '' && !URL_PATH.test(template.metricsPath)) return `"${template.metricsPath}" is no path of metrics`;
  return refusedArgument(ownWords(argv), trustRemoteCode);
}

/** Without what this node fills in, and without the flags that take it: `--port {port}` is the node's own word. */
function ownWords(argv: readonly string[]): string[] {
  return argv.flatMap((word, at) => {
    const equals = word.indexOf('=');
    const value = equals < 0 ? argv[at + 1] : word.slice(equals + 1);
    const takesOurs = word.startsWith('-') && value !== undefined && FILLED.test(value);
    if (takesOurs) return value.includes('..') ? [value] : [];
    return [word.replace(PLACEHOLDER, 'ours')];
  });
}
