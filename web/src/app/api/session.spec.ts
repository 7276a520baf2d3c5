import { HttpTestingController } from '@angular/common/http/testing';
import { TestBed } from '@angular/core/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { consoleTesting } from '../../test/console-testing';
import { FakeEventStreams } from '../../test/fake-event-stream';
import { aMe } from '../../test/fixtures';
import { Api } from './api';
import { Session } from './session';

describe('Session', () => {
  let session: Session;
  let http: HttpTestingController;
  let streams: FakeEventStreams;

  beforeEach(() => {
    streams = new FakeEventStreams();
    TestBed.configureTestingModule({ providers: consoleTesting({}, streams) });
    session = TestBed.inject(Session);
    http = TestBed.inject(HttpTestingController);
  });

  async function signIn(change: Parameters<typeof aMe>[0] = {}) {
    const done = session.signIn('admin', 'secret');
    http.expectOne('/api/v1/session').flush(aMe({ permissions: [], ...change }));
    await done;
  }

  it('is nobody without a session, and that is no failure', async () => {
    const me = session.restore();
    http.expectOne('/api/v1/me').flush({ error: { code: 'unauthenticated', message: '', requestId: 'r' } }, { status: 401, statusText: 'Unauthorized' });
    expect(await me).toBeNull();
    expect(session.expired()).toBe(false);
  });

  it('follows the cluster once signed in', async () => {
    await signIn();
    expect(session.me()?.username).toBe('admin');
    expect(streams.opened.map(({ url }) => url)).toEqual(['/api/v1/events']);
  });

  it('follows nothing before the forced password change', async () => {
    await signIn({ mustChangePassword: true });
    expect(streams.opened).toEqual([]);
  });

  it('expires when any call is answered 401, and forgets who it was', async () => {
    await signIn();
    const call = TestBed.inject(Api).get('/nodes');
    http.expectOne('/api/v1/nodes').flush(null, { status: 401, statusText: 'Unauthorized' });
    await expect(call).rejects.toMatchObject({ status: 401 });
    expect(session.me()).toBeNull();
    expect(session.expired()).toBe(true);
    expect(streams.last.closed).toBe(true);
  });

  it('knows that a new password is due when any call is refused for it', async () => {
    await signIn();
    const call = TestBed.inject(Api).get('/nodes');
    http.expectOne('/api/v1/nodes').flush({ error: { code: 'password-change-required', message: '', requestId: 'r' } }, { status: 403, statusText: 'Forbidden' });
    await expect(call).rejects.toMatchObject({ status: 403 });
    expect([session.me()?.mustChangePassword, session.expired(), streams.last.closed]).toEqual([true, false, true]);
  });

  it('takes another refusal for no more than that', async () => {
    await signIn();
    const call = TestBed.inject(Api).get('/nodes');
    http.expectOne('/api/v1/nodes').flush({ error: { code: 'forbidden', message: '', requestId: 'r' } }, { status: 403, statusText: 'Forbidden' });
    await expect(call).rejects.toMatchObject({ code: 'forbidden' });
    expect(session.me()?.mustChangePassword).toBe(false);
  });

  it('does not take a wrong current password for the end of the session', async () => {
    await signIn();
    const change = session.changePassword('wrong', 'new');
    http.expectOne('/api/v1/me/password').flush(null, { status: 401, statusText: 'Unauthorized' });
    await expect(change).rejects.toMatchObject({ status: 401 });
    expect(session.me()?.username).toBe('admin');
  });

  it('forgets also when the controller cannot be told', async () => {
    await signIn();
    const out = session.signOut();
    http.expectOne('/api/v1/session').error(new ProgressEvent('error'));
    await expect(out).rejects.toMatchObject({ code: 'unreachable' });
    expect(session.me()).toBeNull();
  });
});
