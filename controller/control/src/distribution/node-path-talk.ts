import { Injectable, type OnModuleInit } from '@nestjs/common';
import { modelDigest, type PathQuery, type PathReport } from '@openstation/proto';
import { NodePathError, NodePaths, type NodePathReport, type NodePathSource } from '../models/index.js';
import { newId } from '../store/index.js';
import { AgentLine } from './agent-line.js';
import { PieceDigests } from './piece-digests.js';

const SILENT_MS = 30_000;
const LOOK_EVERY_MS = 2000;

interface OpenQuestion {
  readonly nodeId: string;
  readonly take: (report: PathReport) => void;
}

/** Asks agents what lies at a path of their node, and lets them register it. */
@Injectable()
export class NodePathTalk implements NodePathSource, OnModuleInit {
  readonly #open = new Map<string, OpenQuestion>();

  constructor(
    private readonly paths: NodePaths,
    private readonly line: AgentLine,
    private readonly pieces: PieceDigests,
  ) {}

  onModuleInit(): void {
    this.paths.provide(this);
  }

  async inspect(nodeId: string, path: string): Promise<NodePathReport> {
    const { files, heads, freeBytes } = await this.#ask(nodeId, { requestId: newId(), path, register: undefined, files: [] }, () => undefined, AbortSignal.timeout(SILENT_MS));
    return { files: files.map((file) => ({ path: file.path, bytes: file.bytes })), heads: new Map(Object.entries(heads)), freeBytes };
  }

  async register(nodeId: string, path: string, { modelId, name, files: wanted }: Parameters<NodePathSource['register']>[2], onBytes: (done: number) => void, signal: AbortSignal) {
    const register = { modelId, name, manifestDigest: '', totalBytes: 0, entry: '' };
    const report = await this.#ask(nodeId, { requestId: newId(), path, register, files: [...wanted] }, onBytes, signal);
    const files = report.files.map((file) => ({ path: file.path, bytes: file.bytes, sha256: file.sha256 }));
    await this.pieces.learn(modelId, modelDigest(files), report.files);
    return { files, heads: new Map<string, Uint8Array>(Object.entries(report.heads)) };
  }

  take(nodeId: string, report: PathReport): void {
    const question = this.#open.get(report.requestId);
    if (question?.nodeId === nodeId) question.take(report);
  }

  /** The session is gone, and the question with it. */
  lost(nodeId: string): void {
    for (const [requestId, question] of this.#open) {
      if (question.nodeId === nodeId) question.take({ requestId, files: [], heads: {}, freeBytes: 0, bytesDone: 0, finished: true, error: 'the node lost its connection: try again' });
    }
  }

  async #ask(nodeId: string, query: PathQuery, onBytes: (done: number) => void, signal: AbortSignal): Promise<PathReport> {
    let heardAt = performance.now();
    let finish: (result: PathReport | Error) => void = () => undefined;
    const answered = new Promise<PathReport>((resolve, reject) => {
      finish = (result) => (result instanceof Error ? reject(result) : resolve(result));
    });
    answered.catch(() => undefined); // told below, if it was asked at all
    const take = (report: PathReport): void => {
      heardAt = performance.now();
      if (report.finished) finish(report.error === '' ? report : new NodePathError(report.error));
      else onBytes(report.bytesDone);
    };
    const silence = setInterval(() => {
      if (performance.now() - heardAt > SILENT_MS) finish(new NodePathError('the node did not answer in time'));
    }, LOOK_EVERY_MS);
    const abort = (): void => finish(signal.reason instanceof Error && signal.reason.name === 'TimeoutError' ? new NodePathError('the node did not answer in time') : (signal.reason as Error));
    signal.addEventListener('abort', abort, { once: true });
    this.#open.set(query.requestId, { nodeId, take });
    try {
      if (!this.line.talk.send(nodeId, { body: { $case: 'pathQuery', value: query } })) throw new NodePathError('the node is not connected right now');
      return await answered;
    } finally {
      clearInterval(silence);
      signal.removeEventListener('abort', abort);
      this.#open.delete(query.requestId);
    }
  }
}
