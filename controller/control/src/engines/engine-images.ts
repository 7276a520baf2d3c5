import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { Audit, type Actor } from '../audit/index.js';
import { ApiError } from '../http/index.js';
import { Store } from '../store/index.js';
import { engines } from './catalogue.js';
import type { EngineId } from './engine.js';
import type { engineImageSchema } from './engines.schema.js';
import { EngineImageRow } from './engines.store.js';
import { imageRefusals, type NodeImagePolicy } from './image-permission.js';
import { imageProblem, imageVersion, mirrorProblem } from './image-reference.js';
import { NodeImagePolicies } from './node-image-policies.js';
import { shippedImage } from './shipped-images.js';

export type EngineImageView = z.infer<typeof engineImageSchema>;
type Source = Pick<EngineImageRow, 'image' | 'mirror'>;

const AS_SHIPPED: Source = { image: null, mirror: null };

/** Where the images of the shipped engines come from. What is written here rules over later starts only. */
@Injectable()
export class EngineImages {
  constructor(
    private readonly store: Store,
    private readonly audit: Audit,
    private readonly policies: NodeImagePolicies,
  ) {}

  async list(): Promise<EngineImageView[]> {
    const [rows, policies] = await Promise.all([this.store.manager.find(EngineImageRow), this.policies.all()]);
    return engines.map(({ id }) => view(id, rows.find(({ engine }) => engine === id) ?? AS_SHIPPED, policies));
  }

  /** Images that an administrator chose, by engine, for nodes of an architecture; a node's own are not among them. */
  async chosen(): Promise<ReadonlyMap<string, (arch?: string) => string>> {
    const rows = await this.store.manager.find(EngineImageRow);
    return new Map(rows.flatMap((row) => engines.filter(({ id }) => id === row.engine).map(({ id }) => [id, (arch?: string) => imageOf(id, row, arch)])));
  }

  /** The image a node is told to start; empty: its own. @param arch of the node, as Node.js names it */
  async forLaunch(engine: EngineId, arch: string | undefined): Promise<string> {
    const source = await this.store.manager.findOneBy(EngineImageRow, { engine });
    return source ? imageOf(engine, source, arch) : '';
  }

  /** @throws ApiError naming the field */
  async set(id: string, wanted: Source, actor: Actor): Promise<EngineImageView> {
    const engine = engines.find((one) => one.id === id);
    if (!engine) throw new ApiError('not-found', `no shipped engine is called ${id}; there are ${engines.map((one) => one.id).join(', ')}`);
    const source = { image: wanted.image, mirror: wanted.image === null ? wanted.mirror : null };
    check(engine.id, source);
    await this.store.transaction(async (tx) => {
      const before = (await tx.manager.findOneBy(EngineImageRow, { engine: id })) ?? AS_SHIPPED;
      await this.audit.record(tx, actor, 'engine.image', { type: 'engine', id, name: engine.name }, { before: imageOf(engine.id, before), after: imageOf(engine.id, source) });
      await tx.manager.delete(EngineImageRow, { engine: id });
      if (source.image !== null || source.mirror !== null) await tx.manager.insert(EngineImageRow, { engine: id, ...source });
    });
    return view(engine.id, source, await this.policies.all());
  }
}

function check(engine: EngineId, { image, mirror }: Source): void {
  const ofImage = image === null ? undefined : imageProblem(image);
  if (ofImage !== undefined) throw new ApiError('invalid', `image: ${ofImage}`, { field: 'image' });
  const ofMirror = mirror === null ? undefined : mirrorProblem(mirror);
  if (ofMirror !== undefined) throw new ApiError('invalid', `mirror: ${ofMirror}`, { field: 'mirror' });
  if (mirror !== null && engine === 'llama-cpp') throw new ApiError('invalid', 'mirror: this image is built from the release and lies in no registry: name a whole image instead', { field: 'mirror' });
}

function imageOf(engine: EngineId, { image, mirror }: Source, arch?: string): string {
  const shipped = shippedImage(engine, arch) ?? '';
  return image ?? (mirror === null ? shipped : `${mirror.replace(/\/$/, '')}/${shipped}`);
}

function view(engine: EngineId, source: Source, policies: readonly NodeImagePolicy[]): EngineImageView {
  const image = imageOf(engine, source);
  const overridden = source.image !== null || source.mirror !== null;
  return {
    engine, image, version: imageVersion(image), defaultImage: shippedImage(engine) ?? '', overridden, mirror: source.mirror,
    refusedBy: overridden ? imageRefusals(engine, (arch) => imageOf(engine, source, arch), policies) : [],
  };
}
