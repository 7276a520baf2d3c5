import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import en from './i18n/en.json';
import zh from './i18n/zh.json';

// The runner starts either in the workspace or in the project.
const doctor = ['controller/control/src/doctor', '../controller/control/src/doctor'].map((path) => join(process.cwd(), path)).find(existsSync) as string;
const sources = readdirSync(doctor).filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'));
const codes = [...new Set(sources.flatMap((file) => [...readFileSync(join(doctor, file), 'utf8').matchAll(/\bcode: '([\w-]+)'/g)].map(([, code = '']) => code)))];

it.each(codes)('%s has its words in both languages', (code) => {
  for (const words of [en.diagnosis, zh.diagnosis]) expect((words as Record<string, unknown>)[code]).toMatchObject({ title: expect.stringMatching(/./) as string, advice: expect.stringMatching(/./) as string });
});

it('knows them all', () => expect(codes.length).toBeGreaterThan(60));
