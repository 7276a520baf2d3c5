import { describe, expect, it } from 'vitest';
import type { Model, Plan } from '../../api';
import en from '../i18n/en.json';
import zh from '../i18n/zh.json';
import { cardWords, chatsThatFit, noteWords, parameterWords, refusalWords, rejectedIn, rejectionWords } from './plan-words';
import type { Note } from './plan-summary';

const note = (code: string): Note => ({ level: 'error', code, field: null, message: 'server words' });
const plan = { fits: true, parallel: 4, contextLength: 9000, rejected: [{}], notes: [], cards: [], parallelChats: [{ contextLength: 4096, chats: 22 }, { contextLength: 9000, chats: 10.1 }] } as unknown as Plan;
const model = { contextLength: 4096, format: 'gguf' } as Model;

describe('words for a plan', () => {
  it('fills in the numbers of a note it knows', () => {
    expect(noteWords(note('context-too-long'), plan, model)).toEqual({ key: 'services.plan.note.contextTooLong', values: { limit: 4096, asked: 9000 } });
    expect(noteWords(note('no-node'), { ...plan, rejected: [] }, model)?.key).toBe('services.plan.note.noNodeAtAll');
  });

  it('leaves an unknown note to the server', () => expect(noteWords(note('of-tomorrow'), plan, model)).toBeNull());

  it('finds the chats of the context that is planned', () => {
    expect(chatsThatFit(plan)).toBe(10.1);
    expect(chatsThatFit({ ...plan, parallelChats: [] })).toBeNull();
  });

  it('words a rejection from its code and numbers, from its sentence where numbers are missing, else not at all', () => {
    const tooSmall = { code: 'too-small', numbers: { cards: 2, freeCards: 3, neededBytes: 48 * 2 ** 30, availableBytes: 21.6 * 2 ** 30 }, reason: 'english' };
    expect(rejectionWords(tooSmall)).toEqual({ key: 'services.plan.reason.too-small', values: { cards: 2, needed: '48 GB', available: '22 GB' } });
    expect(rejectionWords({ ...tooSmall, numbers: { ...tooSmall.numbers, nodes: 2 } })?.key).toBe('services.plan.reason.too-small-group');
    expect(rejectionWords({ code: 'memory', numbers: {}, reason: 'is removed' })?.key).toBe('wording.reason.removed');
    expect(rejectionWords({ code: 'of-tomorrow', numbers: {}, reason: 'was eaten by a grue' })).toBeNull();
  });

  it('words a card by what it has', () => {
    const card = { freeBytes: 2 ** 30, memoryBytes: 80 * 2 ** 30, reasonCode: 'in-use', reason: '' } as Plan['cards'][number];
    expect(cardWords(card)).toEqual({ key: 'services.plan.reason.in-use', values: { free: '1 GB', memory: '80 GB' } });
    expect(cardWords({ ...card, reasonCode: 'fp8', reason: 'Tesla T4 has compute capability 7.5: FP8 weights need 8' })).toEqual({ key: 'services.plan.reason.fp8', values: { has: '7.5', needs: '8' } });
    expect(cardWords({ ...card, reasonCode: 'card-too-old', reason: 'Tesla P40 has compute capability 6.1, the engine needs 7' })?.values).toEqual({ has: '6.1', needs: '7' });
  });

  it.each([
    ['--dtype is given twice', 'twice'], ['--seed must be between 0 and 5', 'between'], ['vLLM does not know --fly here; it takes --dtype, --seed', 'unknown'], ['a double quote is not closed', 'quote'],
    ['--tensor-parallel-size follows from the chosen nodes and cards and cannot be set here', 'planned'],
    ['vLLM 0.18.0 does not know --fly here; did you mean --flow?', 'unknownNear'], ['--dtype must be one of auto, half; did you mean half?', 'oneOfNear'], ['--enable-log-requests is not allowed: it writes what people ask into the log', 'promptLog'],
    ['vLLM 0.32.0 does not know --fly: passed on as it is', 'unlisted'], ['vLLM 0.32.0 knows no fp6 for --dtype: passed on as it is', 'unlistedChoice'], ['SGLang 0.5.18 still takes --disable-cuda-graph, but calls it outdated', 'outdated'],
    ['checked against vLLM 0.32.0, the engine says v0.31.0: names and choices that changed since are not noticed before it starts', 'version'], ['--eplb-config must be a JSON object in single quotes, such as \'{"key": 1}\'', 'json'],
    ['--compilation-config must not have debug_dump_path: it takes mode, level', 'jsonKey'], ['--max-model-len must be a whole number; 32k and the like will do', 'count'], ['--stream-interval must be at least 1', 'atLeast'],
  ])('says what is wrong with "%s"', (message, key) => {
    expect(parameterWords(message)?.key).toBe(`services.plan.parameter.${key}`);
    expect((en.plan.parameter as Record<string, string>)[key]).toBeTypeOf('string');
  });

  it('words a refused name as taken, other refusals by their field', () => {
    expect(refusalWords({ code: 'conflict', field: 'name', message: 'x' })?.key).toBe('services.wizard.nameProblem.taken');
    expect(refusalWords({ code: 'bad-request', field: 'nodeIds.0', message: 'x' })?.key).toBe('services.plan.refusal.nodeGone');
    expect(refusalWords({ code: 'internal', message: 'x' })).toBeNull();
  });

  it('reads the refused nodes out of a failure, and nothing out of other details', () => {
    const rejected = [{ nodeId: 'n', nodeName: 'master', code: 'no-gpu', numbers: {}, reason: 'has no GPU card' }];
    expect(rejectedIn({ rejected: [...rejected, 7, { nodeName: 'x' }] })).toEqual(rejected);
    expect(rejectedIn({ limit: 3 })).toEqual([]);
  });

  it('has every phrase in both languages', () => {
    const names = (tree: object): unknown[] => Object.entries(tree).map(([key, value]) => (typeof value === 'object' ? [key, names(value as object)] : key));
    expect(names(zh)).toEqual(names(en));
  });
});
