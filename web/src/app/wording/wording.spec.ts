import { TestBed } from '@angular/core/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { consoleTesting } from '../../test/console-testing';
import en from './i18n/en.json';
import zh from './i18n/zh.json';
import { messageWords } from './message-words';
import { WordPipe } from './pipes';
import { reasonWords } from './reason-words';

/** Key and values instead of words, so that every part is seen. */
const spelt = (message: string) => messageWords(message, (key, values) => (key.endsWith('separator') ? ' | ' : `${key.replace(/^wording\./, '')}${JSON.stringify(values)}`));

describe('reasons of the planner', () => {
  it.each([
    ['is unreachable', 'unreachable', {}],
    ['does not offer vLLM; it offers llama-cpp, sglang (its policy file decides)', 'noEngine', { engine: 'vLLM', offers: 'llama-cpp, sglang' }],
    ['needs 5 GB, free are 1.2 GB of 8 GB', 'memory', { need: '5 GB', free: '1.2 GB', total: '8 GB' }],
    ['needs 5 GB, free are 1.2 GB of 8 GB, 3 GB promised to other instances', 'memory', { need: '5 GB', free: '1.2 GB', total: '8 GB' }],
    ['with 2 cards on each of 3 nodes it needs 40 GB a card, usable are 20 GB', 'groupMemory', { used: '2', nodes: '3', need: '40 GB', room: '20 GB' }],
    ['would fit (12 GB free), but master is less busy', 'lessBusy', { free: '12 GB', other: 'master' }],
  ] as const)('rewords "%s"', (sentence, key, values) => {
    expect(reasonWords(sentence)).toEqual({ key: `wording.reason.${key}`, values });
  });

  it('keeps a sentence it does not know', () => expect(reasonWords('was eaten by a grue')).toBeNull());
});

describe('messages of control', () => {
  it.each([
    ['no instance is wanted', 'message.noneWanted{}'],
    ['2 instance(s) are on a silent node', 'message.silent{"count":"2"}'],
    ['1 of 3 instances starts', 'message.gains{"gains":"1","wanted":"3"}'],
    ['its model is not ready', 'message.modelNotReady{}'],
    ['was eaten by a grue', 'was eaten by a grue'],
    ['no node was found; add one first', 'message.noNodeAtAll{}'],
    ['ada deployed it with 2 instance(s)', 'message.deployed{"user":"ada","count":"2"}'],
    ['ada made revision 3 (as revision 1); instances are replaced one after the other', 'message.revisionNote{"user":"ada","revision":"3","note":"message.asRevision{\\"revision\\":\\"1\\"}"} | message.oneByOne{}'],
    ['2 instance(s) instead of 1: 9 call(s) in flight, 4 for each instance', 'message.scaled{"count":"2","before":"1","cause":"message.load{\\"calls\\":\\"9\\",\\"target\\":\\"4\\"}"}'],
    ['0 instance(s) instead of 1: no call for 5 minutes; the next one starts an instance', 'message.scaled{"count":"0","before":"1","cause":"said.noCalls{\\"minutes\\":\\"5\\"}"}'],
    ['0 instance(s) instead of 1: no call for a minute; the next one starts an instance', 'message.scaled{"count":"0","before":"1","cause":"said.noCallsMinute{}"}'],
    ['vLLM does not know --fly here; did you mean --dry?', 'said.flagUnknown{"engine":"vLLM","flag":"--fly","hint":"said.didYouMean{\\"flag\\":\\"--dry\\"}"}'],
    ['instance 2 is started (revision 1, try 3)', 'message.isStartedAgain{"number":"2","revision":"1","attempt":"3"}'],
    ['revision 2 does not start (exited): the one before goes on; change or revert it', 'message.revisionDead{"revision":"2","cause":"exited"} | message.revertIt{}'],
    ['Extracting', 'message.layerUnpacks{}'],
    ['the engine ended with exit code 1: ValueError: no', 'message.engineEnded{"code":"1","words":"ValueError: no"}'],
  ])('says "%s"', (message, words) => expect(spelt(message)).toBe(words));

  it('takes what is joined apart, also where a sentence has a semicolon of its own', () => {
    expect(spelt('no node can carry it: a has no GPU card; b does not offer vLLM; it offers llama-cpp (its policy file decides)')).toBe(
      ['message.noNode{"first":"message.onNode{\\"node\\":\\"a\\",\\"reason\\":\\"reason.noGpu{}\\"}"}', 'message.onNode{"node":"b","reason":"reason.noEngine{\\"engine\\":\\"vLLM\\",\\"offers\\":\\"llama-cpp\\"}"}'].join(' | '),
    );
    expect(spelt('instance 1 failed (exited): its end; next try in 8 s')).toBe('message.failedBecause{"number":"1","reason":"exited","cause":"its end"} | message.nextTry{"seconds":"8"}');
  });

  it('has every word in both languages', () => {
    const names = (tree: object): unknown[] => Object.entries(tree).map(([key, value]) => (typeof value === 'object' ? [key, names(value as object)] : key));
    expect(names(zh)).toEqual(names(en));
  });
});

describe('names of the controller', () => {
  beforeEach(() => TestBed.configureTestingModule({ providers: [...consoleTesting(), WordPipe] }));

  const word = (name: string, kind: 'phase' | 'cause' | 'verb' | 'object', instead?: string) => {
    return TestBed.inject(WordPipe).transform(name, kind, instead);
  };

  it.each([
    ['weights', 'phase', 'Loading the model'], ['no-place', 'phase', 'No place yet'], ['user.reset-password', 'verb', 'reset the password of'], ['model.download', 'verb', 'downloaded'], ['model.download.pause', 'verb', 'paused the download of'], ['join-token', 'object', 'join command'],
  ] as const)('knows %s', (name, kind, words) => expect(word(name, kind)).toBe(words));

  it('leaves a name it does not know, or says what is given instead', () => {
    expect([word('user.fly', 'verb'), word('user', 'verb'), word('odd', 'cause', '')]).toEqual(['user.fly', 'user', '']);
  });
});
