import { status, type ServerUnaryCall, type ServerWritableStream } from '@grpc/grpc-js';
import { Injectable } from '@nestjs/common';
import type { FetchFileRequest, FileChunk, GetManifestRequest, ModelManifest } from '@openstation/proto';
import { once } from 'node:events';
import type { FileHandle } from 'node:fs/promises';
import { InstanceRepository } from '../instances/index.js';
import { Refusal, peerMember, type MemberCall } from '../listeners/index.js';
import { LibraryFiles, ModelFileError, ModelRepository, isManifestPath, type ModelRow } from '../models/index.js';

const CHUNK = 2 ** 20;

/** Gives nodes the files of models that their assignments name, and nothing else. */
@Injectable()
export class ModelFiles {
  constructor(
    private readonly models: ModelRepository,
    private readonly library: LibraryFiles,
    private readonly instances: InstanceRepository,
  ) {}

  async manifest(call: ServerUnaryCall<GetManifestRequest, ModelManifest>): Promise<ModelManifest> {
    const model = await this.#assignedModel(call, call.request.modelId);
    return { modelId: model.id, name: model.name, digest: model.digest ?? '', totalBytes: model.bytes, files: model.files.map((file) => ({ ...file, pieceSha256: Buffer.alloc(0) })) };
  }

  /** Sends one file from an offset on, at the pace of the reader. */
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
    const assigned = (await this.instances.assignedTo(nodeId)).some((instance) => instance.desired === 'run' && instance.modelId === modelId);
    const model = assigned ? await this.models.get(modelId) : undefined;
    if (!model || model.state !== 'ready') throw new Refusal(status.NOT_FOUND, 'no assignment of this node names this model');
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
