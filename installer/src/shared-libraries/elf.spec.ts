import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readElf } from './elf.js';

describe('ELF files', () => {
  it('tell what the running Node needs', () => {
    const needs = readElf(readFileSync(process.execPath));
    expect(needs?.interpreter).toMatch(/^\/lib.*\/ld-linux/);
    expect(needs?.libraries).toContain('libc.so.6');
  });

  it('are told from other files', () => {
    expect(readElf(Buffer.from('#!/bin/sh\n'))).toBeUndefined();
    expect(readElf(Buffer.alloc(0))).toBeUndefined();
  });
});
