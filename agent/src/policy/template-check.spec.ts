import { LaunchIntent } from '@openstation/proto';
import { describe, expect, it } from 'vitest';
import { refusal } from './intent-check.js';
import { policySchema } from './policy.schema.js';

const template: NonNullable<LaunchIntent['template']> = { command: ['own-server'], healthPath: '/health', metricsPath: '' };
const argv = ['--model', '{model_path}', '--host={host}', '--port', '{port}', '--alias', '{served_name}', '--key', '{api_key_file}', '--threads', '4'];
const policyWith = (engine: object) => policySchema.parse({ version: 1, engines: { 'custom-own': { image: 'own:1', ...engine }, vllm: { image: 'vllm:1' } }, envNames: [] });
const check = (over: object = {}, engine: object = { template: true }) =>
  refusal(policyWith(engine), LaunchIntent.fromPartial({ engine: 'custom-own', image: 'own:1', argv, template, network: 1, ...over }), 0);

describe('command lines from templates', () => {
  it('are permitted where the node says so', () => expect(check()).toBeUndefined());

  it.each<[string, object, object | undefined, string]>([
    ['a node that does not permit them', {}, {}, 'engines.custom-own.template'],
    ['an image of another repository', { image: 'evil:1' }, undefined, 'image "evil:1"'],
    ['no template', { template: undefined }, undefined, 'without its template'],
    ['a template for an engine the node knows', { engine: 'vllm', image: '' }, undefined, 'takes no template'],
    ['no program', { template: { ...template, command: [] } }, undefined, 'no program'],
    ['an address of the controller\'s', { argv: [...argv, '--host', '0.0.0.0'] }, undefined, '--host'],
    ['a key in the command line', { argv: [...argv, '--api-key', 'x'] }, undefined, '--api-key'],
    ['a path of the node', { argv: [...argv, '--config-dir', '/etc'] }, undefined, 'names a path'],
    ['a path beside a placeholder', { argv: [...argv, '/etc/shadow'] }, undefined, 'names a path'],
    ['a path glued to a placeholder', { argv: [...argv, '--file={model_path}/../../etc'] }, undefined, 'names a path'],
    ['a path glued to a placeholder in a word of its own', { argv: [...argv, '--file', '{model_path}/../../etc'] }, undefined, 'names a path'],
    ['a strange health path', { template: { ...template, healthPath: '/a b' } }, undefined, 'health check'],
    ['code of the model', { argv: [...argv, '--trust-remote-code'] }, undefined, 'trustRemoteCode'],
  ])('refuses %s', (_, over, engine, words) => expect(check(over, engine)).toContain(words));
});
