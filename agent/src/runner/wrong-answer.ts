import type { LaunchIntent } from '@openstation/proto';
import type { Probe } from './health.machine.js';

const MAX_NAMES = 200;

/**
 * Only where engines share an address with the rest of the node can somebody else have taken the port. What answers at
 * a container's own address is the engine in it.
 */
export function mayBeAnother({ host }: { readonly host: string }): boolean {
  return host === '127.0.0.1';
}

export function anotherServer(port: number, { serves }: Extract<Probe, { kind: 'stranger' }>): string {
  return `another server answers on port ${port}: it ${serves.length === 0 ? 'refuses the key of this instance' : `serves ${named(serves)}`}`;
}

/** What an engine that answers for another model, or not to its key, was not told; of an administrator's engine the field to change. */
export function notTold({ serves }: Extract<Probe, { kind: 'stranger' }>, { serviceName, template }: Pick<LaunchIntent, 'serviceName' | 'template'>): string {
  const [what, mend] = serves.length === 0
    ? ['the engine refuses the key of this instance', '{api_key_file} has to stand behind the flag that takes a file with the key']
    : [`the engine serves ${named(serves)}, calls ask for ${serviceName}`, '{served_name} has to stand behind the flag that names the model'];
  return template ? `argv of its template: ${what}: ${mend}` : what;
}

export function noHealthCheck(healthPath: string): string {
  return `healthPath of its template: the engine serves its models and answers 404 at ${healthPath}: name the path of its health check`;
}

function named(models: readonly string[]): string {
  return models.join(', ').slice(0, MAX_NAMES);
}
