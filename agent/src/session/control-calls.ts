import { Metadata, type ClientReadableStream, type ServiceError } from '@grpc/grpc-js';
import type { DispatcherClient, FileChunk, ModelManifest, ModelSources, RenewCertificateReply } from '@openstation/proto';
import { ModelSourceError, type ModelDirectory } from '../model-cache/index.js';

const UNARY_DEADLINE_MS = 15_000;
/** No byte for this long: the transfer is given up and resumed. */
const STALLED_AFTER_MS = 30_000;
/** The network's codes (cancelled, deadline, resource, aborted, internal, unavailable); the rest is an answer. */
const RETRYABLE = new Set([1, 4, 8, 10, 13, 14]);

/** Calls to the controller beside the session's stream, over the connection of the session of the moment. */
export class ControlCalls implements ModelDirectory {
  #client: DispatcherClient | undefined;

  use(client: DispatcherClient | undefined): void {
    this.#client = client;
  }

  renew(csrDer: Buffer, addresses: readonly string[]): Promise<RenewCertificateReply> {
    return this.#unary((client, done) => client.renewCertificate({ csrDer, addresses: [...addresses] }, new Metadata(), options(), done));
  }

  manifest(modelId: string): Promise<ModelManifest> {
    return this.#unary((client, done) => client.getManifest({ modelId }, new Metadata(), options(), done));
  }

  sources(modelId: string): Promise<ModelSources> {
    return this.#unary((client, done) => client.getModelSources({ modelId }, new Metadata(), options(), done));
  }

  /** Bytes of the archive that an upgrade order of this node names. */
  agentArchive(version: string, arch: string, offset: number, signal: AbortSignal): AsyncGenerator<FileChunk> {
    return this.#chunks((client) => client.fetchAgentArchive({ version, arch, offset }), signal);
  }

  async *#chunks(open: (client: DispatcherClient) => ClientReadableStream<FileChunk>, signal: AbortSignal): AsyncGenerator<FileChunk> {
    const call = open(this.#connected());
    const stop = (): void => call.cancel();
    signal.addEventListener('abort', stop, { once: true });
    let stalled = setTimeout(stop, STALLED_AFTER_MS);
    try {
      for await (const chunk of call) {
        clearTimeout(stalled);
        yield chunk as FileChunk;
        stalled = setTimeout(stop, STALLED_AFTER_MS);
      }
    } catch (error) {
      throw sourceError(error as ServiceError);
    } finally {
      clearTimeout(stalled);
      signal.removeEventListener('abort', stop);
      call.cancel();
    }
  }

  #unary<T>(call: (client: DispatcherClient, done: (error: ServiceError | null, reply: T) => void) => void): Promise<T> {
    return new Promise((resolve, reject) => {
      call(this.#connected(), (error, reply) => (error ? reject(sourceError(error)) : resolve(reply)));
    });
  }

  #connected(): DispatcherClient {
    if (!this.#client) throw new ModelSourceError('waiting for the controller', true);
    return this.#client;
  }
}

function options(): { deadline: number } {
  return { deadline: Date.now() + UNARY_DEADLINE_MS };
}

function sourceError(error: ServiceError): ModelSourceError {
  const retryable = RETRYABLE.has(error.code);
  return new ModelSourceError(retryable ? `the controller is away (${error.details || error.message})` : error.details || error.message, retryable);
}
