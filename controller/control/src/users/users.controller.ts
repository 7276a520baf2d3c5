import { Controller } from '@nestjs/common';
import { Caller, Endpoint, Input, type CallerIdentity, type InputOf } from '../http/index.js';
import { Keys } from './keys.js';
import type { KeyView, UserView } from './user-view.js';
import { routes } from './users.schema.js';
import { Users } from './users.js';

/** Users as an administrator keeps them, and API keys. */
@Controller()
export class UsersController {
  constructor(
    private readonly users: Users,
    private readonly keys: Keys,
  ) {}

  @Endpoint(routes.listUsers)
  async listUsers(): Promise<UserView[]> {
    return this.users.list();
  }

  @Endpoint(routes.createUser)
  async createUser(@Caller() caller: CallerIdentity, @Input() { body }: InputOf<typeof routes.createUser>): Promise<{ user: UserView; password: string }> {
    return this.users.create(caller, body);
  }

  @Endpoint(routes.updateUser)
  async updateUser(@Caller() caller: CallerIdentity, @Input() { params, body }: InputOf<typeof routes.updateUser>): Promise<UserView> {
    return this.users.update(caller, params.id, body);
  }

  @Endpoint(routes.resetPassword)
  async resetPassword(@Caller() caller: CallerIdentity, @Input() { params }: InputOf<typeof routes.resetPassword>): Promise<{ password: string }> {
    return { password: await this.users.resetPassword(caller, params.id) };
  }

  @Endpoint(routes.deleteUser)
  async deleteUser(@Caller() caller: CallerIdentity, @Input() { params }: InputOf<typeof routes.deleteUser>): Promise<void> {
    await this.users.delete(caller, params.id);
  }

  @Endpoint(routes.listKeys)
  async listKeys(@Caller() caller: CallerIdentity, @Input() { query }: InputOf<typeof routes.listKeys>): Promise<KeyView[]> {
    return this.keys.list(caller, query.userId);
  }

  @Endpoint(routes.createKey)
  async createKey(@Caller() caller: CallerIdentity, @Input() { body }: InputOf<typeof routes.createKey>): Promise<{ key: KeyView; secret: string }> {
    return this.keys.create(caller, body);
  }

  @Endpoint(routes.revokeKey)
  async revokeKey(@Caller() caller: CallerIdentity, @Input() { params }: InputOf<typeof routes.revokeKey>): Promise<void> {
    await this.keys.revoke(caller, params.id);
  }
}
