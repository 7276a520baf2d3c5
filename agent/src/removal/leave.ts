import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, realpath, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '@openstation/kit';
import type { RemovalOrder } from '@openstation/proto';
import { ownEntries } from './removal-plan.js';
import type { RemovalFiles } from './removal-record.js';

export interface LeaveParts {
  readonly dataDir: string;
  readonly files: RemovalFiles;
  /** File of the running program: it tells whether this agent was installed from an archive. */
  readonly program: string;
  readonly log: Logger;
  /** Where archives are installed. */
  readonly installed?: string;
}

const INSTALLED = '/opt/openstation/agent';

/**
 * The end of a removal, after every loop has ended: nothing of ours is used any more. What was not ordered stays.
 * An agent from an archive is taken away by its own uninstall program; one from a checkout only loses what it kept.
 */
export async function leave(order: RemovalOrder, parts: LeaveParts): Promise<string> {
  const { dataDir, files } = parts;
  if (!order.removeAgent) {
    // Engines that are gone must not be missed when this node joins again.
    if (order.removeEngines) await rm(join(dataDir, 'journal'), { force: true });
    await files.saveLeft({ message: 'the node was removed from the cluster; the agent was left installed', atMs: Date.now(), ordered: true });
    await files.clearOrder();
    return 'the node has left its cluster; the agent stays installed';
  }
  const uninstall = await uninstallProgram(parts);
  for (const entry of ownEntries(order)) await rm(join(dataDir, entry), { recursive: true, force: true });
  if (uninstall !== undefined) await startUninstall(uninstall, order);
  await files.clearOrder(); // last: as long as it is there, a killed agent goes on
  if (uninstall !== undefined) return 'the node has left its cluster; the agent removes itself now';
  await rmdir(dataDir).catch(() => undefined); // somebody else's files are in it: they stay
  return 'the node has left its cluster; identity and data of the agent are removed, the program was not installed from an archive and stays';
}

/** Only the program that runs may uninstall itself: a checkout on the same machine must not take an installed agent away. */
async function uninstallProgram({ program, installed = INSTALLED }: LeaveParts): Promise<string | undefined> {
  for (const script of [join(installed, 'uninstall.sh'), join(installed, 'current/uninstall.sh')]) {
    try {
      await access(script);
      const [own, root] = await Promise.all([realpath(program), realpath(installed)]);
      if (own.startsWith(`${root}/`)) return script;
    } catch {
      continue; // not there: not installed from an archive, or by an older one
    }
  }
  return undefined;
}

/**
 * Outside the agent's own unit, whose end takes everything in it along.
 * @throws Error when it cannot be started: the next start of the agent tries again
 */
async function startUninstall(script: string, order: RemovalOrder): Promise<void> {
  const keep = order.removeEngines ? (order.removeCaches ? [] : ['--keep-data']) : ['--keep-engines'];
  const systemd = await access('/run/systemd/system').then(() => true, () => false);
  const unit = ['systemd-run', '--quiet', '--collect', `--unit=openstation-agent-removal-${process.pid}`, '--setenv=OPENSTATION_UNINSTALLING=1'];
  const [command = '/bin/sh', ...args] = [...(systemd ? unit : []), '/bin/sh', script, ...keep];
  const child = spawn(command, args, { detached: true, stdio: 'ignore', cwd: '/' });
  if (!systemd) {
    await once(child, 'spawn');
    return child.unref();
  }
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`systemd-run ended with exit code ${code}: ${script} could not be started`);
}
