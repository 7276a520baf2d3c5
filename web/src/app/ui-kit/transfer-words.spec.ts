import { describe, expect, it } from 'vitest';
import { transferWords } from './transfer-words';

const spelt = (key: string, values: object) => `${key.replace('kit.transfer.', '')}(${Object.values(values).join(',')})`;
const transfer = { bytesDone: 1024 ** 3, bytesTotal: 16 * 1024 ** 3, bytesPerSecond: 84 * 1024 ** 2, etaSeconds: 183 };

describe('words of a transfer', () => {
  it('say how much, how fast and how long', () => expect(transferWords(transfer, 'en', spelt)).toBe('of(1 GB,16 GB) · speed(84 MB) · left(3 min 3 s)'));
  it('leave out what nobody knows', () => expect(transferWords({ ...transfer, bytesTotal: 0, bytesPerSecond: null, etaSeconds: null }, 'en', spelt)).toBe(''));
  it('count whole seconds at the end', () => expect(transferWords({ ...transfer, etaSeconds: 4.2 }, 'en', spelt)).toContain('left(5 s)'));
});
