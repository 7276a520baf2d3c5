import { HttpTestingController } from '@angular/common/http/testing';
import { TestBed } from '@angular/core/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { consoleTesting } from '../../test/console-testing';
import { aCall } from '../../test/fixtures';
import { CallLog } from './call-log';
import { waterfall } from './waterfall';

describe('waterfall', () => {
  it('puts the parts one after the other and fills the whole', () => {
    const phases = waterfall(aCall({ queueMs: 2, connectMs: 0.4, ttftMs: 180, durationMs: 9050 }));
    expect(phases.map(({ key, startMs }) => `${key} ${startMs}`)).toEqual(['queue 0', 'connect 2', 'firstToken 2.4', 'decode 180']);
    expect(phases.reduce((sum, { ms }) => sum + ms, 0)).toBeCloseTo(9050);
  });

  it('never draws backwards when the clocks disagree', () => {
    for (const { ms, startMs } of waterfall(aCall({ queueMs: -3, connectMs: 500, ttftMs: 180, durationMs: 100 }))) {
      expect(ms).toBeGreaterThanOrEqual(0);
      expect(startMs).toBeGreaterThanOrEqual(0);
    }
  });

  it('is one part when nothing was measured', () => {
    expect(waterfall(aCall({ queueMs: null, connectMs: null, ttftMs: null, durationMs: 12 }))).toEqual([{ key: 'whole', startMs: 0, ms: 12 }]);
  });
});

describe('CallLog', () => {
  let log: CallLog;
  let http: HttpTestingController;

  beforeEach(() => {
    TestBed.configureTestingModule({ providers: [...consoleTesting(), CallLog] });
    log = TestBed.inject(CallLog);
    http = TestBed.inject(HttpTestingController);
  });

  it('adds older pages below and stops at the end', async () => {
    const first = log.load({});
    http.expectOne('/api/v1/calls?limit=50').flush({ items: [aCall({ id: 'c2' })], next: 'c2' });
    await first;
    const older = log.loadOlder();
    http.expectOne('/api/v1/calls?limit=50&before=c2').flush({ items: [aCall({ id: 'c1' })], next: null });
    await older;
    expect(log.calls().map(({ id }) => id)).toEqual(['c2', 'c1']);
    await log.loadOlder();
    http.expectNone(() => true);
  });

  it('drops the answer to an old filter', async () => {
    const slow = log.load({ outcome: 'ok' });
    const request = http.expectOne('/api/v1/calls?limit=50&outcome=ok');
    const quick = log.load({ outcome: 'timeout' });
    http.expectOne('/api/v1/calls?limit=50&outcome=timeout').flush({ items: [aCall({ id: 'new' })], next: null });
    await quick;
    request.flush({ items: [aCall({ id: 'old' })], next: null });
    await slow;
    expect(log.calls().map(({ id }) => id)).toEqual(['new']);
  });

  it('keeps what it shows when a page fails', async () => {
    const first = log.load({});
    http.expectOne('/api/v1/calls?limit=50').flush({ items: [aCall()], next: 'c1' });
    await first;
    const older = log.loadOlder();
    http.expectOne('/api/v1/calls?limit=50&before=c1').error(new ProgressEvent('error'));
    await older;
    expect(log.failure()).toMatchObject({ code: 'unreachable' });
    expect(log.calls()).toHaveLength(1);
  });
});
