import type { DataDirectory, Settings } from '../install/index.js';
import { isAlive, usageOf, type ProcessIdentity } from '../processes/index.js';
import { ControlClient } from '../rest/index.js';
import { leftovers, liveSupervisor, type ProcessRecord, type SupervisorRecord } from '../supervisor/index.js';
import { joinedWords } from './joined-status.js';
import { duration, megabytes, table } from './table.js';

/** Exit codes of `status`, as init scripts have them. */
export const RUNNING = 0;
export const NOT_RUNNING = 3;

/** The installation as text, and how it stands. */
export async function statusOf(data: DataDirectory): Promise<{ text: string; code: number }> {
  const live = liveSupervisor(data);
  const joined = await joinedWords(data, live !== undefined);
  if (!live) return { text: [idleText(data, leftovers(data)), ...(joined === undefined ? [] : [joined])].join('\n'), code: NOT_RUNNING };
  const { settings } = live;
  const own = settings === null ? [] : [addresses(settings)];
  const cluster = settings === null ? [] : ['', await clusterTables(data, settings)];
  const parts = [`  Data         ${data.root}`, ...(joined === undefined ? own : [joined]), '', await processTable(live), ...cluster];
  return { text: parts.join('\n'), code: RUNNING };
}

function idleText(data: DataDirectory, left: readonly ProcessRecord[]): string {
  const known = left.map(({ name, identity }) => `${name} (pid ${identity?.pid ?? '?'})`);
  const note = known.length === 0 ? '' : `\n  A supervisor was killed; these still run and are ended at the next start, or by ./openstation down: ${known.join(', ')}`;
  return `  Not running (data directory ${data.root}).${note}`;
}

function addresses({ host, ports }: Settings): string {
  const shown = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return [
    `  Console      https://${shown}:${ports.console}`,
    `  Gateway      http://${shown}:${ports.gateway}/v1`,
    `  Agents join  ${host}:${ports.grpc} (sessions ${host}:${ports.agents})`,
  ].join('\n');
}

async function processTable({ supervisor, processes }: SupervisorRecord): Promise<string> {
  const rows = [{ name: 'supervisor', state: 'running', identity: supervisor, restarts: 0, note: '' }, ...processes];
  return table(['PROCESS', 'STATE', 'PID', 'UPTIME', 'MEMORY', 'RESTARTS', 'NOTE'], await Promise.all(rows.map(processRow)));
}

async function processRow(row: { name: string; state: string; identity: ProcessIdentity | null; restarts: number; note: string }): Promise<string[]> {
  const alive = row.identity !== null && isAlive(row.identity);
  const usage = alive && row.identity ? await usageOf(row.identity) : undefined;
  return [
    row.name, row.state, alive ? String(row.identity?.pid) : '-', usage ? duration(usage.uptimeSeconds) : '-', usage ? megabytes(usage.residentBytes) : '-', String(row.restarts), row.note,
  ];
}

async function clusterTables(data: DataDirectory, settings: Settings): Promise<string> {
  const client = ControlClient.of(data, settings);
  try {
    const [nodes, services] = await Promise.all([client.nodes(), client.services()]);
    return [
      table(['NODE', 'TYPE', 'STATE', 'AGENT', 'INSTANCES'], nodes.map((node) => [node.name, node.type, node.state, node.agentVersion ?? '-', String(node.instanceCount)])),
      '',
      table(['SERVICE', 'MODEL', 'ENGINE', 'STATE', 'READY'], services.map((service) => [service.name, service.modelName, service.engine, service.state, `${service.readyInstances}/${service.wantedInstances}`])),
    ].join('\n');
  } catch (error) {
    return `  The controller does not answer: ${(error as Error).message}`;
  }
}
