import type { PreflightRow } from './preflight.machine.js';
import type { ServerFacts } from './server-facts.js';
import { atLeast } from './version-order.js';

export const DRIVER_FIX = 'install-gpu-driver';
export const TOOLKIT_FIX = 'install-gpu-toolkit';
export const RESTART_FIX = 'restart-container-engine';

/**
 * The oldest driver that CUDA 12 images run with at all (CUDA minor version compatibility, release notes table 2), and
 * the one the pinned engine images want without a compatibility layer.
 */
const DRIVER = { least: '525.60.13', wanted: '550.144.03' } as const;

export function gpuRows(facts: ServerFacts, type: 'gpu' | 'cpu'): PreflightRow[] {
  if (type === 'cpu') return cpuRows(facts);
  return [driverRow(facts), toolkitRow(facts)];
}

function cpuRows(facts: ServerFacts): PreflightRow[] {
  const count = facts.number('gpu.pci') ?? 0;
  const base = { wanted: 'not needed on a CPU node', advice: '', fix: null };
  if (count === 0) return [{ ...base, id: 'gpu-driver', result: 'skipped', measured: 'no NVIDIA GPU' }, { ...base, id: 'gpu-toolkit', result: 'skipped', measured: '' }];
  return [
    { ...base, id: 'gpu-driver', result: 'warn', measured: `${count} NVIDIA GPU(s)`, advice: 'This server has GPUs and is added as a CPU node: they stay unused unless driver and toolkit are there. Give up and add it as a GPU node to have them set up.' },
    { ...base, id: 'gpu-toolkit', result: 'skipped', measured: '' },
  ];
}

function driverRow(facts: ServerFacts): PreflightRow {
  const base = { id: 'gpu-driver', wanted: `NVIDIA driver ≥ ${DRIVER.wanted}, at least ${DRIVER.least}` };
  const version = facts.get('gpu.driver');
  const measured = version === '' ? (facts.get('gpu.error').slice(0, 300) || 'none') : `${version}, ${facts.get('gpu.count')} × ${facts.get('gpu.name').trim()}`;
  if (version !== '' && atLeast(version, DRIVER.wanted)) return { ...base, measured, result: 'pass', advice: '', fix: null };
  if (version !== '' && atLeast(version, DRIVER.least)) return { ...base, measured, result: 'warn', advice: 'It works, but the newest engine images want a newer one: plan an upgrade.', fix: driverFix(facts) };
  if (/version mismatch/i.test(measured)) return { ...base, measured, result: 'fail', advice: 'The driver was upgraded and the old one is still loaded: restart the server, then check again.', fix: null };
  if ((facts.number('gpu.pci') ?? 0) === 0 && version === '') {
    return { ...base, measured: 'no NVIDIA GPU on the PCI bus', result: 'fail', advice: 'Add this server as a CPU node, or check that the GPU is seated, powered and passed through.', fix: null };
  }
  return { ...base, measured, result: 'fail', advice: 'Tick the installation, or install the driver yourself and check again.', fix: driverFix(facts) };
}

function driverFix(facts: ServerFacts): PreflightRow['fix'] {
  const using = facts.number('gpu.processes') ?? 0;
  const manager = facts.get('packages.manager') || 'package manager';
  const command = /^ubuntu$/i.test(facts.get('os.id')) ? 'ubuntu-drivers install --gpgpu' : `${manager} install nvidia-driver`;
  const now = using > 0 ? ` ${using} process(es) use the GPUs at this moment.` : '';
  return { id: DRIVER_FIX, command, dangerous: true, warning: `Installing or replacing the driver ends what runs on the GPUs, and may need a restart of the server.${now}`, automatic: false };
}

function toolkitRow(facts: ServerFacts): PreflightRow {
  const base = { id: 'gpu-toolkit', wanted: 'nvidia-container-toolkit' };
  const toolkit = facts.get('gpu.toolkit');
  if (toolkit !== '') return { ...base, measured: toolkit, result: 'pass', advice: '', fix: null };
  const running = facts.number('docker.running') ?? 0;
  const stops = running > 0 && facts.get('docker.live-restore') !== 'true';
  const offered = facts.get('packages.toolkit') !== '' || facts.has('packages.offline');
  const advice = offered
    ? 'It will be installed; Docker restarts to see it.'
    : "No repository of this server is known to offer it: configure NVIDIA's repository for nvidia-container-toolkit, or lay the packages into /var/lib/openstation/packages, then check again.";
  const command = `${facts.get('packages.manager') || 'package manager'} install nvidia-container-toolkit && systemctl restart docker`;
  return {
    ...base, measured: 'none', result: 'fail', advice,
    fix: { id: stops ? RESTART_FIX : TOOLKIT_FIX, command, dangerous: stops, warning: stops ? `Docker must restart, which stops ${running} running container(s).` : '', automatic: !stops },
  };
}
