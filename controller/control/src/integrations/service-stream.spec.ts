import { Service, type ServiceEvent } from '@openstation/proto';
import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { KeyCaller } from '../users/index.js';
import { ServiceStream, seen, type WatchCall } from './service-stream.js';

/** The writing half of a call whose reader takes as much as the test says. */
class ScriptedCall extends EventEmitter {
  readonly cancelled = false;
  readonly destroyed = false;
  readonly written: string[] = [];
  room = Infinity;

  write({ event }: ServiceEvent): boolean {
    if (event?.$case === 'all') this.written.push(`all ${event.value.services.map(({ phase }) => phase).join()}`);
    if (event?.$case === 'changed') this.written.push(`changed ${event.value.id} ${event.value.phase}`);
    if (event?.$case === 'removed') this.written.push(`removed ${event.value}`);
    return this.written.length < this.room;
  }
}

const service = (id: string, phase: string) => seen(Service.fromPartial({ id, phase }));

describe('a stream of services', () => {
  const start = (room = Infinity) => {
    const call = new ScriptedCall();
    call.room = room;
    const reloaded: string[] = [];
    const stream = new ServiceStream(call as unknown as WatchCall, { keyId: 'k' } as KeyCaller, (id) => reloaded.push(id));
    return { call, stream, reloaded };
  };

  it('tells each state once', () => {
    const { call, stream } = start();
    stream.begin([service('a', '1')]);
    for (const phase of ['1', '2', '2', '3']) stream.offer('a', service('a', phase));
    for (const _ of [1, 2]) stream.offer('a', undefined);
    stream.offer('b', undefined);
    expect(call.written).toEqual(['all 1', 'changed a 2', 'changed a 3', 'removed a']);
  });

  it('asks again for what changed while the list was read, because the list may be older', () => {
    const { call, stream, reloaded } = start();
    stream.offer('a', service('a', '2'));
    expect(call.written).toEqual([]);
    stream.begin([service('a', '1')]);
    expect([call.written, reloaded]).toEqual([['all 1'], ['a']]);
    stream.offer('a', service('a', '2'));
    expect(call.written).toEqual(['all 1', 'changed a 2']);
  });

  it('keeps ids, not states, for a reader that takes nothing', () => {
    const { call, stream, reloaded } = start(2);
    stream.begin([service('a', '1')]);
    stream.offer('a', service('a', '2'));
    for (const phase of ['3', '4', '5']) stream.offer('a', service('a', phase));
    stream.offer('b', service('b', '1'));
    expect([call.written, reloaded]).toEqual([['all 1', 'changed a 2'], []]);
    call.room = Infinity;
    call.emit('drain');
    expect(reloaded).toEqual(['a', 'b']);
    stream.offer('a', service('a', '5'));
    stream.offer('b', undefined);
    expect(call.written).toEqual(['all 1', 'changed a 2', 'changed a 5']);
  });

  it('finds what missed events would have told', () => {
    const { stream } = start();
    stream.begin([service('same', '1'), service('changed', '1'), service('gone', '1')]);
    const now = new Map([service('same', '1'), service('changed', '2'), service('new', '1')].map(({ service: { id }, bytes }) => [id, bytes]));
    expect(stream.differences(now).sort()).toEqual(['changed', 'gone', 'new']);
  });
});
