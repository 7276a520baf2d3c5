import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { z } from 'zod';
import { Views } from '../events/index.js';
import { ModelUses, type ModelUse } from './model-uses.js';
import { ModelRepository } from './model.repository.js';
import type { modelSchema } from './models.schema.js';
import type { ModelRow } from './models.store.js';

export type ModelView = z.infer<typeof modelSchema>;

/** Models as people see them. */
@Injectable()
export class ModelViews implements OnModuleInit {
  constructor(
    private readonly models: ModelRepository,
    private readonly uses: ModelUses,
    private readonly views: Views,
  ) {}

  onModuleInit(): void {
    this.views.register('models', (id) => this.get(id));
  }

  async list(): Promise<ModelView[]> {
    const [rows, uses] = await Promise.all([this.models.list(), this.uses.all()]);
    return rows.map((row) => this.#view(row, uses.get(row.id)));
  }

  async get(id: string): Promise<ModelView | undefined> {
    const row = await this.models.get(id);
    return row && this.#view(row, (await this.uses.all()).get(id));
  }

  #view(row: ModelRow, usedBy: readonly ModelUse[] = []): ModelView {
    return {
      id: row.id, name: row.name, state: row.state, format: row.format, kind: row.kind, source: row.source, sourcePath: row.sourcePath,
      repository: row.repository, revision: row.revision, variantId: row.variantId, familyId: row.variantId?.split('/')[0] ?? null, bytes: row.bytes, fileCount: row.files.length,
      parameterCount: row.parameterCount, activeParameterCount: row.activeParameterCount, dataType: row.dataType, quantisation: row.quantisation, contextLength: row.contextLength, architecture: row.architecture, shape: row.shape,
      chatTemplate: row.chatTemplate, codeRisk: row.codeFiles && { files: [...row.codeFiles], approved: row.codeApprovedBy !== null },
      memoryNeedBytes: Math.ceil(row.weightsBytes * 1.2 + 2 * 2 ** 30), licence: row.licence, description: row.description, storagePath: this.models.rootOf(row),
      inPlace: row.inPlace, inPlaceNodeId: row.inPlaceNodeId, verifiedAt: row.verifiedAt === null ? null : new Date(row.verifiedAt).toISOString(),
      operationId: row.operationId, failure: row.failure, usedBy: [...usedBy], createdAt: new Date(row.createdAt).toISOString(),
      readyAt: row.readyAt === null ? null : new Date(row.readyAt).toISOString(),
    };
  }
}
