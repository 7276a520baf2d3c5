import { HttpTestingController } from '@angular/common/http/testing';
import { TestBed } from '@angular/core/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { consoleTesting } from '../../test/console-testing';
import { OperationLog } from './operation-log';

const line = (number: number) => ({ number, at: null, text: `line ${number}`, error: false });

describe('the log of an operation', () => {
  let http: HttpTestingController;
  let log: OperationLog;

  beforeEach(() => {
    vi.useFakeTimers();
    TestBed.configureTestingModule({ providers: [...consoleTesting(), OperationLog] });
    http = TestBed.inject(HttpTestingController);
    log = TestBed.inject(OperationLog);
  });
  afterEach(() => {
    log.close();
    vi.useRealTimers();
  });

  const answer = async (after: number, lines: object[]) => {
    http.expectOne(({ url, params }) => url.endsWith('/operations/o1/log') && params.get('after') === String(after)).flush(lines);
    await vi.advanceTimersByTimeAsync(0);
  };
  const numbers = () => log.lines().map(({ number }) => number);

  it('reads on from its last line', async () => {
    log.open('o1');
    await answer(0, [line(1), line(2)]);
    await vi.advanceTimersByTimeAsync(1500);
    await answer(2, [line(3)]);
    expect(numbers()).toEqual([1, 2, 3]);
  });

  it('rests when the job is over', async () => {
    log.open('o1');
    log.live.set(false);
    await answer(0, [line(1)]);
    await vi.advanceTimersByTimeAsync(10_000);
    http.verify();
  });

  it('keeps what it has and tries again when the controller is away', async () => {
    log.open('o1');
    await answer(0, [line(1)]);
    await vi.advanceTimersByTimeAsync(1500);
    http.expectOne(() => true).error(new ProgressEvent('error'));
    await vi.advanceTimersByTimeAsync(0);
    expect(log.failure()?.status).toBe(0);
    await vi.advanceTimersByTimeAsync(1500);
    await answer(1, [line(2)]);
    expect([numbers(), log.failure()]).toEqual([[1, 2], null]);
  });

  it('drops an answer that belongs to the log shown before', async () => {
    log.open('o1');
    const late = http.expectOne(() => true);
    log.open('o2');
    late.flush([line(9)]);
    await vi.advanceTimersByTimeAsync(0);
    http.expectOne(({ url }) => url.includes('/o2/')).flush([line(1)]);
    await vi.advanceTimersByTimeAsync(0);
    expect(numbers()).toEqual([1]);
  });
});
