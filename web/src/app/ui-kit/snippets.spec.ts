import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { snippets } from './snippets';

const target = { baseUrl: 'https://10.0.0.5:8080/v1', model: `it's "q"` };

describe('snippets', () => {
  it('name the address and the model in every language', () => {
    for (const write of Object.values(snippets)) expect(write({ ...target, model: 'qwen3' })).toContain('qwen3');
    for (const write of Object.values(snippets)) expect(write(target)).toContain('https://10.0.0.5:8080/v1');
  });

  it('survive a shell with quotes in the model name', () => {
    const printed = execFileSync('sh', ['-c', `curl() { for argument; do last=$argument; done; printf %s "$last"; }\n${snippets.curl(target)}`], { encoding: 'utf8' });
    expect(JSON.parse(printed)).toMatchObject({ model: `it's "q"` });
  });
});
