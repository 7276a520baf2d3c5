import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ANY, textsOf } from '../../test/control-texts';
import en from './i18n/en.json';
import { messageWords } from './message-words';
import { reasonWords } from './reason-words';

// The runner starts either in the workspace or in the project.
const control = ['controller/control/src', '../controller/control/src'].map((path) => join(process.cwd(), path)).find(existsSync) as string;

/** Files whose every sentence a person may read at the console. */
const files = [
  'services/deployment.ts', 'services/requirements.ts', 'services/retry.ts', 'services/rollout-events.ts', 'services/scaling-loop.ts', 'services/scaling.machine.ts', 'services/service-changes.ts', 'services/service-status.ts', 'services/services.controller.ts',
  'services/what-if.ts', 'services/drain.reconciler.ts', 'services/drain-loop.ts', 'scheduler/card-verdicts.ts', 'scheduler/engine-choice.ts', 'scheduler/group-network.ts', 'scheduler/group-placement.ts', 'scheduler/placement.ts', 'scheduler/plan-deployment.ts',
  'scheduler/plan-explanation.ts', 'scheduler/scheduler-loop.ts', 'conformance/conformance-loop.ts', 'conformance/suggest-parameters.ts', 'engines/check-custom-engine.ts', 'engines/custom-engines.ts', 'engines/engine-images.ts', 'engines/image-reference.ts',
  'engines/parameter-lexer.ts', 'engines/parameters.ts', 'instances/instances.controller.ts', 'instances/instance.repository.ts', 'dispatcher/agent-requests.ts', 'bootstrap/preflight.machine.ts', 'bootstrap/preflight-engine.machine.ts', 'bootstrap/preflight-gpu.machine.ts',
  'bootstrap/dial.ts', 'bootstrap/host-key-probe.ts', 'bootstrap/job-credential.ts', 'nodes/nodes.controller.ts', 'models/model-removal.ts', 'models/model-changes.ts', 'distribution/distribution.controller.ts', 'users/users.ts', 'users/keys.ts',
  'users/sign-in.ts', 'users/password-rules.ts', 'catalog/check-card.ts', 'catalog/cards.ts', 'downloads/download-plan.ts', 'downloads/hub-settings.ts',
] as const;

/** Parts that only ever stand inside another sentence, commands, and what people do not read here. */
const noSentences = new Set([
  // of sentences that are put together
  `${ANY} gets calls again`, `${ANY} is stopped`, `; no other one is ready, calls fail until then`, `; no node has room beside them, so an old one goes first`, `, ${ANY} promised to other instances`, `${ANY}; it failed the same way three times, so it is not tried again`,
  `${ANY}; no gateway tells what it is busy with`, `${ANY} of ${ANY} instances ${ANY}`, `${ANY}; next try in ${ANY} s`, 'no engine', 'GPU cards', 'being deleted', 'package manager', ` ${ANY} process(es) use the GPUs at this moment.`, 'any hub', 'hub settings', `${ANY} made revision ${ANY}${ANY}; instances are replaced one after the other`,
  `${ANY} gets no new calls and finishes what it is answering${ANY}`,
  // commands, names of tools and of journal entries
  'systemctl enable --now docker', 'ubuntu-drivers install --gpgpu', `${ANY} install nvidia-driver`, `${ANY} install nvidia-container-toolkit && systemctl restart docker`, 'tar, gzip, sha256sum', 'the connection ended', 'the job was stopped', 'k.revokedAt is null', `Bring ${ANY} to ${ANY} ${ANY}`,
]);

const withoutWords = () => '';

/** Nothing is left of a sentence that this console knows when all its words are taken away. */
function isKnown(text: string): boolean {
  const alone = text.replace(/^[\w.]+: (?=\S)/, '');
  return [text, alone, text.replace(new RegExp(`${ANY}$`), ''), `${ANY} ${text}`].some((each) => reasonWords(each) !== null || /^[\s;]*$/.test(messageWords(each, withoutWords)));
}

describe('sentences of the controller', () => {
  it.each(files)('of %s are all known here', (file) => {
    const unknown = textsOf(join(control, file)).filter((text) => !noSentences.has(text) && !isKnown(text));
    expect(unknown, `add them to "said" of wording/i18n/en.json, word for word, and to zh.json`).toEqual([]);
  });

  it('are looked for where there are some', () => {
    expect(files.flatMap((file) => textsOf(join(control, file))).length).toBeGreaterThan(200);
    expect(readdirSync(control)).toContain('services');
  });

  it('would be missed', () => expect(isKnown('the moon is in the way')).toBe(false));

  it('are quoted as they are said now', () => {
    const said = ['services', 'scheduler', 'conformance', 'engines', 'instances', 'dispatcher', 'bootstrap', 'nodes', 'models', 'distribution', 'users', 'catalog', 'downloads', 'rollout', 'http', 'settings'].flatMap((room) =>
      readdirSync(join(control, room), { recursive: true, encoding: 'utf8' }).filter((path) => /\.ts$/.test(path) && !/\.spec\.ts$|testing/.test(path)).flatMap((path) => textsOf(join(control, room, path), true)),
    );
    const pool = said.join('\n');
    const stale = Object.entries(en.said).filter(([key, text]) => !key.startsWith('zod') && !text.split(/\{\{\w+\}\}/).every((part) => pool.includes(part.trim())));
    expect(stale.map(([key]) => key)).toEqual([]);
  });
});
