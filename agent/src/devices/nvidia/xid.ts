import type { DeviceEvent } from '../device-source.js';
import type { KernelLine } from './kernel-log.js';

type Known = readonly [severity: DeviceEvent['severity'], meaning: string];

const PROGRAM = 'most often a fault of the program that ran on it';
const REPLACE = 'restart the machine; if it comes back, have the card looked at';

/**
 * Meanings after NVIDIA's Xid catalog ("Analyzing Xid Errors with the Xid Catalog"). `error`: the card is at fault or cannot be used
 * until it is reset. Only suspect, hence `warning`: links to other cards (74, 136), and numbers that the catalog calls unused on
 * today's cards (38, 57, 58, 61), whose meanings are those of older ones. What the controller makes of it is its own rule.
 */
const KNOWN: Readonly<Record<number, Known>> = {
  8: ['warning', `the card stopped processing: ${PROGRAM}`],
  13: ['warning', `graphics engine exception: ${PROGRAM}`],
  31: ['warning', `memory page fault: ${PROGRAM}`],
  32: ['warning', 'corrupted command stream: the driver, the bus or the program'],
  38: ['warning', `driver firmware error: ${REPLACE}`],
  43: ['warning', `the card stopped processing: ${PROGRAM}`],
  45: ['info', 'work was cleaned up after another fault or because a program was ended'],
  46: ['error', 'the card stopped processing: reset the card or restart the machine'],
  48: ['error', `uncorrectable memory error (double bit): ${REPLACE}`],
  54: ['error', 'auxiliary power is not connected: check the power cables'],
  57: ['warning', `frame buffer link error: ${REPLACE}`],
  58: ['warning', `unstable video memory interface: ${REPLACE}`],
  61: ['warning', `internal micro-controller stopped: ${REPLACE}`],
  62: ['error', `internal micro-controller halted: ${REPLACE}`],
  63: ['warning', 'faulty memory was set aside: reset the card when it is idle'],
  64: ['error', `faulty memory could not be set aside: ${REPLACE}`],
  68: ['warning', `video processor exception: ${PROGRAM}`],
  69: ['warning', `graphics engine class error: ${PROGRAM}`],
  74: ['warning', 'NVLink error: the link to another card; check bridges and reset the card'],
  79: ['error', `the card fell off the bus: ${REPLACE}`],
  92: ['warning', 'many corrected memory errors: watch this card'],
  94: ['warning', 'contained memory error: the program that used the memory was ended, others go on'],
  95: ['error', 'uncontained memory error: reset the card or restart the machine'],
  109: ['error', 'context switch took too long: reset the card or restart the machine'],
  110: ['error', `security fault in the card: ${REPLACE}`],
  119: ['error', `the card's system processor does not answer: ${REPLACE}`],
  120: ['error', `error in the card's system processor: ${REPLACE}`],
  121: ['warning', 'chip-to-chip link error, corrected'],
  136: ['warning', `link training failed: ${REPLACE}`],
  140: ['error', 'unrecovered memory error: reset the card or restart the machine'],
  143: ['error', `the card could not be initialised: ${REPLACE}`],
  154: ['warning', 'the driver says what the card needs to recover'],
  158: ['error', 'the card timed out for good: reset the card or restart the machine'],
};

const UNKNOWN: Known = ['warning', 'see the list of Xid errors of NVIDIA'];

/** `NVRM: Xid (PCI:0000:81:00): 79, pid=…, GPU has fallen off the bus.`; older drivers write the address without `PCI:`. */
export function parseXid({ text: line, atMs, sinceBootMs }: KernelLine): DeviceEvent | undefined {
  const match = /NVRM: Xid \((?:PCI:)?([0-9a-f:.]+)\): (\d{1,5})(?:, *(.*))?/i.exec(line);
  if (!match) return undefined;
  const [, pciAddress = '', digits = '', text = ''] = match;
  const number = Number(digits);
  const [severity, meaning] = KNOWN[number] ?? UNKNOWN;
  return { pciAddress: pciAddress.toLowerCase(), number, text: text.replaceAll(/[\u0000-\u001f\u007f]/g, ' ').trim().slice(0, 300), atMs, sinceBootMs, severity, meaning };
}
