import { status, type ServerUnaryCall, type ServerWritableStream } from '@grpc/grpc-js';
import { Injectable } from '@nestjs/common';
import type { FetchFileRequest, FileChunk, GetManifestRequest, GetModelSourcesRequest, ModelManifest, ModelSources as WireSources } from '@openstation/proto';
import { once } from 'node:events';
import type { FileHandle } from 'node:fs/promises';
import { ModelAccess, ModelSources, PieceDigests, TransferLimits } from '../distribution/index.js';
import { Refusal, peerMember, type MemberCall } from '../listeners/index.js';
import { LibraryFiles, ModelFileError, isManifestPath, type ModelRow } from '../models/index.js';

const CHUNK = 2 ** 18;

/** Tells nodes about the models that their assignments and orders name, and nothing else. */
@Injectable()
export class ModelFiles {
  constructor(
    private readonly library: LibraryFiles,
    private readonly access: ModelAccess,
    private readonly pieces: PieceDigests,
    private readonly places: ModelSources,
    private readonly limits: TransferLimits,
  ) {}

  async manifest(call: ServerUnaryCall<GetManifestRequest, ModelManifest>): Promise<ModelManifest> {
    const model = await this.#assignedModel(call, call.request.modelId);
    const pieces = await this.pieces.of(model);
    const files = model.files.map((file) => ({ ...file, pieceSha256: pieces?.get(file.path) ?? Buffer.alloc(0) }));
    return { modelId: model.id, name: model.name, digest: model.digest ?? '', totalBytes: model.bytes, files };
  }

  async sources(call: ServerUnaryCall<GetModelSourcesRequest, WireSources>): Promise<WireSources> {
    return this.places.for(peerMember(call).id, await this.#assignedModel(call, call.request.modelId));
  }

  /** Sends one file from an offset on, at the pace of the reader: for agents of the version before pieces. */
  async send(call: ServerWritableStream<FetchFileRequest, FileChunk>): Promise<void> {
    const { modelId, path, offset } = call.request;
    const model = await this.#assignedModel(call, modelId);
    const listed = isManifestPath(path) && model.files.find((file) => file.path === path);
    if (!listed) throw new Refusal(status.NOT_FOUND, `the model ${model.name} has no file of this path`);
    if (offset > listed.bytes) throw new Refusal(status.OUT_OF_RANGE, `the file has ${listed.bytes} bytes`);
    const gone = new AbortController();
    for (const event of ['cancelled', 'close', 'error']) call.once(event, () => gone.abort());
    const file = await this.#open(model, path, gone.signal);
    try {
      let position = offset;
      while (position < listed.bytes && !gone.signal.aborted && !call.cancelled) {
        const data = Buffer.allocUnsafe(Math.min(CHUNK, listed.bytes - position));
        const { bytesRead } = await file.read(data, 0, data.length, position);
        if (bytesRead === 0) throw new Refusal(status.DATA_LOSS, 'the file in the model store is shorter than its manifest says');
        await this.limits.sending.take(bytesRead);
        if (!call.write({ offset: position, data: data.subarray(0, bytesRead) })) await drained(call, gone.signal);
        position += bytesRead;
      }
    } finally {
      await file.close();
    }
    call.end();
  }

  /** Files that lie in place must still be those that were registered. */
  async #open(model: ModelRow, path: string, signal: AbortSignal): Promise<FileHandle> {
    try {
      return await this.library.open(model, path, signal);
    } catch (error) {
      throw error instanceof ModelFileError ? new Refusal(status.DATA_LOSS, error.message) : error;
    }
  }

  async #assignedModel(call: MemberCall, modelId: string): Promise<ModelRow> {
    const { role, id: nodeId } = peerMember(call);
    if (role !== 'agent') throw new Refusal(status.PERMISSION_DENIED, 'only agents fetch models');
    const model = await this.access.model(nodeId, { id: modelId });
    if (!model) throw new Refusal(status.NOT_FOUND, 'no assignment or order of this node names this model');
    return model;
  }
}

async function drained(call: ServerWritableStream<FetchFileRequest, FileChunk>, gone: AbortSignal): Promise<void> {
  try {
    await once(call, 'drain', { signal: gone });
  } catch (error) {
    if (!gone.aborted) throw error;
  }
}
