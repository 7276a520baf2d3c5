import { waitFor } from '@openstation/kit';
import { RestError, type Rest } from './rest.js';
import type { CallView, KeyView, ModelView, NodeView, ServiceView, UserView } from './views.js';

export interface DeployWish {
  readonly name: string;
  readonly modelId: string;
  readonly instances?: number;
  readonly engine?: string;
  readonly parameters?: string;
  readonly mode?: 'single' | 'distributed' | 'cpu';
  readonly nodeIds?: readonly string[];
}

/** What an administrator does, in steps that end when the cluster has done them. */
export class Admin {
  constructor(readonly rest: Rest) {}

  async nodes(): Promise<NodeView[]> {
    return this.rest.get('/nodes');
  }

  async joinToken(kind: 'agent' | 'gateway', nodeName?: string): Promise<string> {
    const { token } = await this.rest.post<{ token: string }>('/join-tokens', { kind, ...(nodeName === undefined ? {} : { nodeName }) });
    return token;
  }

  async importModel(path: string, name: string): Promise<ModelView> {
    const { model } = await this.rest.post<{ model: ModelView }>('/models/import', { path, name });
    return waitFor(
      async () => {
        const now = await this.rest.get<ModelView>(`/models/${model.id}`);
        if (now.state === 'ready') return now;
        throw new Error(`${now.state} ${now.failure ?? ''}`);
      },
      { what: `import of ${name}`, timeoutMs: 60_000 },
    );
  }

  async deploy(wish: DeployWish): Promise<ServiceView> {
    return this.rest.post<ServiceView>('/services', wish);
  }

  async deployAndWait(wish: DeployWish, timeoutMs = 60_000): Promise<ServiceView> {
    const { id } = await this.deploy(wish);
    return this.serviceReady(id, timeoutMs);
  }

  async service(id: string): Promise<ServiceView> {
    return this.rest.get(`/services/${id}`);
  }

  async serviceReady(id: string, timeoutMs = 60_000): Promise<ServiceView> {
    return waitFor(
      async () => {
        const now = await this.service(id);
        if (now.state === 'ready' && now.readyInstances === now.wantedInstances) return now;
        throw new Error(describe(now));
      },
      { what: `service ${id} ready`, timeoutMs, everyMs: 100 },
    );
  }

  async deleteServiceAndWait(id: string, timeoutMs = 60_000): Promise<void> {
    await this.rest.delete(`/services/${id}`);
    await waitFor(
      async () => {
        try {
          throw new Error(describe(await this.service(id)));
        } catch (error) {
          if (error instanceof RestError && error.status === 404) return true;
          throw error;
        }
      },
      { what: `service ${id} gone`, timeoutMs, everyMs: 100 },
    );
  }

  async createUser(username: string): Promise<UserView> {
    const { user } = await this.rest.post<{ user: UserView }>('/users', { username, role: 'user' });
    return user;
  }

  async createKey(userId: string, label = 'journey'): Promise<{ key: KeyView; secret: string }> {
    return this.rest.post('/keys', { userId, label });
  }

  /** A user with a key in one go: the secret. */
  async userWithKey(username: string): Promise<string> {
    const user = await this.createUser(username);
    const { secret } = await this.createKey(user.id);
    return secret;
  }

  /** Newest first. */
  async calls(query = ''): Promise<CallView[]> {
    const { items } = await this.rest.get<{ items: CallView[] }>(`/calls${query}`);
    return items;
  }
}

function describe(service: ServiceView): string {
  const instances = service.instances.map((instance) => `${instance.state}${instance.ready ? ' ready' : ''} ${instance.percent} % ${instance.phase} ${instance.reason} ${instance.message}`);
  return `${service.state} ${service.message} [${instances.join(' | ')}]`;
}
