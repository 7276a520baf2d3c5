import { waitFor } from '@openstation/kit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ChangeFeed } from '../src/events/index.js';
import { ControlUnderTest } from './fixtures/control.js';
import { describeOnEveryDatabase, type TestDatabase } from './fixtures/databases.js';

interface ConsoleEvent { topic: string; kind: string; id: string; value: Record<string, unknown> | null }

class Listening {
  readonly events: ConsoleEvent[] = [];
  ended = false;
  contentType = '';

  private constructor(private readonly stop: () => void) {}

  static async as(control: ControlUnderTest, cookie: string): Promise<Listening> {
    const { statusCode, headers, body } = await control.open('GET', '/events', { cookie });
    const listening = new Listening(() => body.destroy());
    expect(statusCode).toBe(200);
    listening.contentType = String(headers['content-type']);
    let text = '';
    body.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const parts = text.split('\n\n');
      text = parts.pop() ?? '';
      for (const part of parts) if (part.startsWith('data: ')) listening.events.push(JSON.parse(part.slice(6)) as ConsoleEvent);
    });
    body.on('error', () => (listening.ended = true));
    body.on('end', () => (listening.ended = true));
    await listening.until(({ topic }) => topic === 'hello');
    return listening;
  }

  async until(holds: (event: ConsoleEvent) => boolean): Promise<ConsoleEvent> {
    return waitFor(() => this.events.find(holds), { what: 'the event', timeoutMs: 5000, everyMs: 10 });
  }

  topics(): string[] {
    return [...new Set(this.events.map(({ topic }) => topic))].sort();
  }

  close(): void {
    this.stop();
  }
}

describeOnEveryDatabase('the event stream', (makeDatabase) => {
  let database: TestDatabase;
  let control: ControlUnderTest;
  let admin: string;
  let user: { id: string; cookie: string };
  const open: Listening[] = [];
  const listen = async (cookie: string) => {
    const listening = await Listening.as(control, cookie);
    open.push(listening);
    return listening;
  };

  beforeAll(async () => {
    database = await makeDatabase();
    control = await ControlUnderTest.start(database);
    admin = await control.settleAdmin();
    user = await control.person('una', 'user');
  });
  afterEach(() => {
    for (const listening of open.splice(0)) listening.close();
  });
  afterAll(async () => {
    await control.stop();
    await database.drop();
  });

  it('says hello and sends whole views', async () => {
    const listening = await listen(admin);
    expect(listening.contentType).toContain('text/event-stream');
    await control.ask('PATCH', '/settings', { cookie: admin, body: { publicHost: 'llm.example.org' } });
    expect(await listening.until(({ topic }) => topic === 'settings')).toEqual({
      topic: 'settings', kind: 'changed', id: 'settings', value: { publicHost: 'llm.example.org', sessionIdleMinutes: 30, callRetentionDays: 90 },
    });
    const { user: made } = (await control.ask('POST', '/users', { cookie: admin, body: { username: 'vic' } })).body as { user: { id: string } };
    expect((await listening.until(({ topic, id }) => topic === 'users' && id === made.id)).value).toMatchObject({ username: 'vic', status: 'enabled' });
    await control.ask('DELETE', `/users/${made.id}`, { cookie: admin });
    expect(await listening.until(({ kind, id }) => kind === 'removed' && id === made.id)).toMatchObject({ value: null });
  });

  it('tells everybody only what they may read, and of keys only their own', async () => {
    const [everything, little] = [await listen(admin), await listen(user.cookie)];
    const feed = control.control.app.get(ChangeFeed);
    for (const topic of ['nodes', 'models', 'operations', 'overview', 'settings', 'users', 'services'] as const) feed.publish({ topic, id: `probe-${topic}`, kind: 'changed' });
    const { key: own } = (await control.ask('POST', '/keys', { cookie: user.cookie, body: { label: 'own' } })).body as { key: { id: string } };
    const { key: other } = (await control.ask('POST', '/keys', { cookie: admin, body: { label: 'other' } })).body as { key: { id: string } };
    await everything.until(({ id }) => id === other.id);
    await little.until(({ id }) => id === own.id);
    await little.until(({ topic }) => topic === 'services');
    expect(everything.topics()).toEqual(['hello', 'keys', 'models', 'nodes', 'operations', 'overview', 'services', 'settings', 'users']);
    expect(little.topics()).toEqual(['hello', 'keys', 'services']);
    expect(little.events.some(({ id }) => id === other.id)).toBe(false);
    expect(JSON.stringify(everything.events)).not.toMatch(/osk1_[0-9A-Za-z]{10}_/);
  });

  it('ends with the session: by signing out, and by a changed role', async () => {
    const cookie = await control.signIn('una', 'Right-horse7?');
    const [first, second] = [await listen(cookie), await listen(user.cookie)];
    await control.ask('DELETE', '/session', { cookie });
    await waitFor(() => first.ended, { what: 'the end', timeoutMs: 2000 });
    expect(second.ended).toBe(false);
    await control.ask('PATCH', `/users/${user.id}`, { cookie: admin, body: { role: 'auditor' } });
    await waitFor(() => second.ended, { what: 'the end', timeoutMs: 2000 });
  });

  describe('under a storm of changes', () => {
    it('folds them, and the last state arrives', async () => {
      const listening = await listen(admin);
      const feed = control.control.app.get(ChangeFeed);
      for (let i = 0; i < 500; i++) feed.publish({ topic: 'settings', id: 'settings', kind: 'changed' });
      await control.ask('PATCH', '/settings', { cookie: admin, body: { sessionIdleMinutes: 45 } });
      await listening.until(({ topic, value }) => topic === 'settings' && value?.['sessionIdleMinutes'] === 45);
      expect(listening.events.length).toBeLessThan(20);
    });
  });
});
