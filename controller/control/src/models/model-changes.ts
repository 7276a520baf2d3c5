import { Injectable } from '@nestjs/common';
import { Audit } from '../audit/index.js';
import { ApiError, type CallerIdentity } from '../http/index.js';
import { Store } from '../store/index.js';
import { ModelUses } from './model-uses.js';
import { ModelRepository } from './model.repository.js';

/** What people change on a model after it is there. */
@Injectable()
export class ModelChanges {
  constructor(
    private readonly store: Store,
    private readonly models: ModelRepository,
    private readonly uses: ModelUses,
    private readonly audit: Audit,
  ) {}

  /** @throws ApiError when the model is unknown, has no code to approve, or the caller may not decide about code */
  async update(id: string, change: { readonly description?: string | undefined; readonly approveCode?: boolean | undefined }, caller: CallerIdentity): Promise<void> {
    await this.store.transaction(async (tx) => {
      const model = await this.models.hold(tx, id);
      if (!model) throw new ApiError('not-found', 'no model has this id');
      const object = { type: 'model', id, name: model.name };
      if (change.description !== undefined) {
        await this.models.describe(tx, id, { description: change.description });
        await this.audit.record(tx, caller, 'model.update', object, { description: change.description });
      }
      if (change.approveCode === undefined) return;
      if (caller.role !== 'admin') throw new ApiError('forbidden', 'only an administrator may let a model run code of its own');
      if (model.codeFiles === null) throw new ApiError('invalid', `${model.name} brings no code: there is nothing to approve`, { field: 'approveCode' });
      const services = change.approveCode ? [] : ((await this.uses.all()).get(id) ?? []);
      if (services.length > 0) throw new ApiError('in-use', `${model.name} is used by ${services.map(({ name }) => name).join(', ')}: delete the service first`, { field: 'approveCode' });
      await this.models.describe(tx, id, { codeApprovedBy: change.approveCode ? caller.username : null });
      await this.audit.record(tx, caller, change.approveCode ? 'model.code-approve' : 'model.code-refuse', object, { files: model.codeFiles });
    });
  }
}
