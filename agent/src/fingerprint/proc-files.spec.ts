import { describe, expect, it } from 'vitest';
import { cpuRatio, parseCpuTimes, parseMemory, parseNetwork, parseOsName } from './proc-files.js';

describe('/proc', () => {
  it('CPU ratio is busy time over all time, waiting for I/O is idle', () => {
    const before = parseCpuTimes('cpu  100 0 100 700 100 0 0 0 0 0\ncpu0 …');
    const after = parseCpuTimes('cpu  150 0 150 750 150 0 0 0 0 0\ncpu0 …');
    expect(cpuRatio(before, after)).toBeCloseTo(0.5);
    expect(cpuRatio(after, after)).toBeUndefined();
  });

  it('used memory is what is not available', () => {
    expect(parseMemory('MemTotal:       1000 kB\nMemFree:  10 kB\nMemAvailable:    400 kB\n')).toEqual({ totalBytes: 1_024_000, usedBytes: 614_400 });
  });

  it('counts interfaces that leave the machine', () => {
    const text = 'Inter-|\n face |\n    lo: 5 0 0 0 0 0 0 0 5 0\n  eth0: 100 1 0 0 0 0 0 0 200 2 0\nveth1: 9 0 0 0 0 0 0 0 9 0\n';
    expect(parseNetwork(text)).toEqual({ rxBytes: 100, txBytes: 200 });
  });

  it('names the system', () => {
    expect(parseOsName('ID=debian\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n')).toBe('Debian GNU/Linux 12 (bookworm)');
  });
});
