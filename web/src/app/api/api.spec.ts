import { HttpTestingController } from '@angular/common/http/testing';
import { TestBed } from '@angular/core/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { consoleTesting } from '../../test/console-testing';
import { Api } from './api';
import { ApiFailure } from './api-failure';

describe('Api', () => {
  let api: Api;
  let http: HttpTestingController;

  beforeEach(() => {
    TestBed.configureTestingModule({ providers: consoleTesting() });
    api = TestBed.inject(Api);
    http = TestBed.inject(HttpTestingController);
  });

  it('fills path parameters escaped and leaves out empty query parameters', async () => {
    const answer = api.delete('/nodes/{id}', { params: { id: 'a/../b' }, query: { force: 'true' } });
    const request = http.expectOne((sent) => sent.method === 'DELETE');
    expect(request.request.urlWithParams).toBe('/api/v1/nodes/a%2F..%2Fb?force=true');
    request.flush(null, { status: 204, statusText: 'No Content' });
    await answer;

    const list = api.get('/calls', { query: { limit: 50, serviceId: '' } });
    http.expectOne('/api/v1/calls?limit=50').flush({ items: [], next: null });
    expect(await list).toEqual({ items: [], next: null });
  });

  it('rejects with the code, words, field and request id of the controller', async () => {
    const answer = api.post('/session', { body: { username: 'a', password: 'b' } });
    http.expectOne('/api/v1/session').flush({ error: { code: 'validation', message: 'username: must not be empty', field: 'username', requestId: 'r-1' } }, { status: 422, statusText: 'Unprocessable' });
    const failure = await answer.catch((thrown: unknown) => thrown);
    expect(failure).toBeInstanceOf(ApiFailure);
    expect(failure).toMatchObject({ status: 422, code: 'validation', message: 'must not be empty', field: 'username', requestId: 'r-1' });
  });

  it('rejects with "unreachable" when there is no answer', async () => {
    const answer = api.get('/me');
    http.expectOne('/api/v1/me').error(new ProgressEvent('error'));
    await expect(answer).rejects.toMatchObject({ status: 0, code: 'unreachable' });
  });

  it('keeps the status of an answer that is not ours', async () => {
    const answer = api.get('/me');
    http.expectOne('/api/v1/me').flush('<html>Bad gateway</html>', { status: 502, statusText: 'Bad Gateway' });
    await expect(answer).rejects.toMatchObject({ status: 502, code: 'unexpected' });
  });

  it('rejects when the caller cancels', async () => {
    const cancel = new AbortController();
    const answer = api.get('/me', { signal: cancel.signal });
    http.expectOne('/api/v1/me');
    cancel.abort();
    await expect(answer).rejects.toMatchObject({ code: 'aborted' });
  });
});
