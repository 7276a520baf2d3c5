import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { cpuModel, serviceManagerOf } from './host-facts.js';
import { cpuRatio, parseCpuTimes, parseDiskTraffic, parseLoad, parseMemory, parseNetwork, parseOsName } from './proc-files.js';

/** What a broken, foreign or half-read file may hold. */
const BAD = ['', '\n', '\0\0\0', 'cpu', 'cpu  ', 'cpu a b c d e', 'MemTotal:', 'MemTotal: many kB', 'MemTotal: 12', 'eth0:', 'eth0: 1 2 3', '   8 0 sda', '8 0 sda a b c d e f g h i', 'NaN NaN NaN', '{"json": true}', 'Segmentation fault', '�'.repeat(50)];

describe('/proc', () => {
  it('CPU ratio is busy time over all time, waiting for I/O is idle', () => {
    const before = parseCpuTimes('cpu  100 0 100 700 100 0 0 0 0 0\ncpu0 …');
    const after = parseCpuTimes('cpu  150 0 150 750 150 0 0 0 0 0\ncpu0 …');
    expect(cpuRatio(before, after)).toBeCloseTo(0.5);
    expect(cpuRatio(after, after)).toBeUndefined();
    expect(cpuRatio(undefined, after)).toBeUndefined();
  });

  it('used memory is what is not available', () => {
    expect(parseMemory('MemTotal:       1000 kB\nMemFree:  10 kB\nMemAvailable:    400 kB\nSwapTotal: 100 kB\nSwapFree: 60 kB\n')).toEqual({ totalBytes: 1_024_000, usedBytes: 614_400, swapUsedBytes: 40_960 });
  });

  it('old kernels do not tell what is available; a missing part is unknown, not 0', () => {
    expect(parseMemory('MemTotal: 1000 kB\nMemFree: 100 kB\nBuffers: 100 kB\nCached: 200 kB\n').usedBytes).toBe(614_400);
    expect(parseMemory('MemTotal: 1000 kB\n')).toEqual({ totalBytes: 1_024_000, usedBytes: undefined, swapUsedBytes: undefined });
  });

  it('counts interfaces that leave the machine, also with a long name right before the number', () => {
    const netDev = [
      'Inter-|   Receive                                                |  Transmit',
      ' face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed',
      '    lo: 500 1 0 0 0 0 0 0 500 1 0 0 0 0 0 0',
      '  eth0: 100 1 0 0 0 0 0 0 10 1 0 0 0 0 0 0',
      'enp194s0f0np0:1000000 1 0 0 0 0 0 0 200 1 0 0 0 0 0 0',
      'veth12: 7000 1 0 0 0 0 0 0 7000 1 0 0 0 0 0 0',
    ].join('\n');
    expect(parseNetwork(netDev)).toEqual({ inBytes: 1_000_100, outBytes: 210 });
  });

  it('counts whole physical disks, not their partitions or what is mapped on them', () => {
    const row = (name: string, read: number, written: number) => `   8       0 ${name} 5 0 ${read} 0 5 0 ${written} 0 0 0 0`;
    expect(parseDiskTraffic([row('sda', 2, 4), row('sda1', 2, 4), row('nvme0n1', 10, 20), row('nvme0n1p2', 10, 20), row('dm-0', 9, 9), row('loop0', 9, 9), row('zram0', 9, 9)].join('\n'))).toEqual({ inBytes: 12 * 512, outBytes: 24 * 512 });
  });

  it('reads the load and the name of the system', () => {
    expect(parseLoad('0.37 0.43 0.69 1/234 5678\n')).toBe(0.37);
    expect(parseOsName('NAME=x\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n')).toBe('Debian GNU/Linux 12 (bookworm)');
    expect(parseOsName("PRETTY_NAME='Alpine Linux v3.22'\n")).toBe('Alpine Linux v3.22');
  });

  it.each(BAD)('makes nothing of %j', (text) => {
    expect(parseCpuTimes(text)).toBeUndefined();
    expect(parseMemory(text)).toEqual({ totalBytes: undefined, usedBytes: undefined, swapUsedBytes: undefined });
    expect(parseNetwork(text)).toBeUndefined();
    expect(parseDiskTraffic(text)).toBeUndefined();
    expect(parseLoad(text)).toBeUndefined();
    expect(parseOsName(text)).toBe('');
  });

  it('reads the files of this machine', () => {
    expect(parseMemory(readFileSync('/proc/meminfo', 'utf8')).usedBytes).toBeGreaterThan(0);
    expect(parseCpuTimes(readFileSync('/proc/stat', 'utf8'))?.total).toBeGreaterThan(0);
  });
});

describe('the processor\'s name', () => {
  it.each([
    ['AMD EPYC  9654   96-Core', '', 'AMD EPYC 9654 96-Core'],
    ['unknown', 'processor : 0\nmodel name\t: Neoverse-N1\n', 'Neoverse-N1'],
    ['', 'CPU implementer\t: 0x41\nCPU part\t: 0xd0c\n', '0x41 0xd0c'],
    ['unknown', '', ''],
    ['', '\0:\0', ''],
  ])('of %j and %j is %j', (told, cpuinfo, name) => {
    expect(cpuModel(told, cpuinfo)).toBe(name);
  });
});

it('the keeper is systemd only for the agent\'s own unit', () => {
  expect(serviceManagerOf('0::/system.slice/openstation-agent.service\n')).toBe('systemd');
  expect(serviceManagerOf('0::/system.slice/ssh.service\n')).toBe('');
  expect(serviceManagerOf('')).toBe('');
});
