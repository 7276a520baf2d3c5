import { NodeNotice } from '@openstation/proto';
import { expect, it } from 'vitest';
import { NoticeBox } from './notice-box.js';

const notice = (code: string): NodeNotice => NodeNotice.fromPartial({ code });

it('keeps notices in order while nobody listens, bounded, and sends them afterwards', () => {
  const heard: string[] = [];
  const box = new NoticeBox(() => 0);
  for (let n = 0; n < 250; n++) box.put(notice(String(n)));
  box.open((value) => heard.push(value.code));
  expect(heard).toHaveLength(200);
  expect([heard[0], heard.at(-1)]).toEqual(['50', '249']);
  box.put(notice('now'));
  expect(heard.at(-1)).toBe('now');
});

it('what went into the last moments of a session is sent again, what is surely heard is not', () => {
  let now = 0;
  const box = new NoticeBox(() => now);
  box.open(() => undefined);
  box.put(notice('old'));
  now = 29_000;
  box.put(notice('doubtful'));
  now = 31_000;
  box.close();
  box.put(notice('away'));
  expect(box.unheard.map((value) => value.code)).toEqual(['doubtful', 'away']);
  const heard: string[] = [];
  new NoticeBox(() => now, box.unheard).open((value) => heard.push(value.code));
  expect(heard).toEqual(['doubtful', 'away']);
});
