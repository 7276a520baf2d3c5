import type { PreflightRow } from './preflight.machine.js';
import type { ServerFacts } from './server-facts.js';
import { atLeast } from './version-order.js';

export const ENGINE_FIX = 'install-container-engine';
/** Docker Engine 18.09, the first that every call of the agent works with. */
const OLDEST_API = '1.39';

/** Whether Docker is there, answers and is new enough; or how it comes. */
export function engineRow(facts: ServerFacts): PreflightRow {
  const base = { id: 'container-engine', wanted: `Docker with API ≥ ${OLDEST_API}`, fix: null };
  const version = facts.get('docker.version');
  if (version !== '') {
    const measured = `Docker ${version} (API ${facts.get('docker.api')})`;
    if (atLeast(facts.get('docker.api'), OLDEST_API)) return { ...base, measured, result: 'pass', advice: '' };
    return { ...base, measured, result: 'fail', advice: 'This Docker is too old, and replacing it could end what runs in it: upgrade it, then check again.' };
  }
  if (facts.get('docker.client') !== '') {
    const measured = `Docker does not answer: ${facts.get('docker.error')}`.slice(0, 300);
    return { ...base, measured, result: 'fail', advice: 'It will be started, or installed where only its client is there.', fix: engineFix('systemctl enable --now docker') };
  }
  if (facts.has('packages.offline')) return { ...base, measured: 'none', result: 'fail', advice: 'It will be installed from the packages on the server.', fix: engineFix(`install ${facts.get('packages.offline')}/*`) };
  const manager = facts.get('packages.manager');
  if (manager === '') return { ...base, measured: 'none', result: 'fail', advice: 'The server has no package manager that is known here: install Docker by hand, then check again.' };
  const name = facts.get('packages.engine') || (manager === 'apt-get' ? 'docker.io' : 'docker-ce');
  return { ...base, measured: 'none', result: 'fail', advice: 'It will be installed from the repositories the server has.', fix: engineFix(`${manager} install ${name}`) };
}

function engineFix(command: string): PreflightRow['fix'] {
  return { id: ENGINE_FIX, command, dangerous: false, warning: '', automatic: true };
}
