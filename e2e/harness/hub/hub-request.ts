import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FileSpec } from './content.ts';
import type { Fault, FaultRule, Faults } from './faults.ts';
import type { Repositories, Repository } from './repositories.ts';
import { sendText } from './send-file.ts';

/** One request to the emulated hubs, with what answers have in common. */
export class HubRequest {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  readonly repositories: Repositories;
  readonly onBytes: (bytes: number) => void;
  /** Host name of the content servers; undefined: the one that was asked. */
  readonly contentHost: string | undefined;
  readonly #faults: Faults;

  constructor(request: IncomingMessage, response: ServerResponse, url: URL, repositories: Repositories, faults: Faults, onBytes: (bytes: number) => void, contentHost?: string) {
    this.request = request;
    this.response = response;
    this.url = url;
    this.repositories = repositories;
    this.onBytes = onBytes;
    this.contentHost = contentHost;
    this.#faults = faults;
  }

  get origin(): string {
    return `http://${this.request.headers.host ?? ''}`;
  }

  get #contentOrigin(): string {
    return this.contentHost === undefined ? this.origin : `http://${this.contentHost}:${new URL(this.origin).port}`;
  }

  takeFault(on: FaultRule['on'], path?: string): Fault | undefined {
    return this.#faults.take(on, path);
  }

  /** Answers with the fault of lists and information. @returns whether there was one */
  answerFault(on: 'list' | 'info'): boolean {
    const fault = this.#faults.take(on);
    if (fault?.kind === 'list') sendText(this.response, 200, 'application/json', fault.body);
    else return this.answerStatus(fault);
    return true;
  }

  /** Statuses and redirects are the same for every address. @returns whether the fault was one of them */
  answerStatus(fault: Fault | undefined): boolean {
    if (fault?.kind === 'status') {
      sendText(this.response, fault.status, 'application/json', '{}', fault.retryAfter === undefined ? {} : { 'retry-after': String(fault.retryAfter) });
      return true;
    }
    if (fault?.kind !== 'redirect') return false;
    const { port, pathname, search } = new URL(`${this.origin}${this.url.pathname}${this.url.search}`);
    const targets = {
      'other-host': `http://localhost:${port}/elsewhere${pathname}${search}`, relative: `/elsewhere${pathname}${search}`, loop: `${pathname}${search}`,
      metadata: 'http://169.254.169.254/latest/meta-data/', 'other-scheme': `ftp://${this.request.headers.host ?? ''}/x`,
    };
    sendText(this.response, 302, 'text/plain', 'elsewhere', { location: targets[fault.to] });
    return true;
  }

  /** A signed address at the content servers, here the same port: valid for this file only. */
  redirectToContent({ id }: Repository, { path }: FileSpec, headers: Readonly<Record<string, string>> = {}): true {
    const key = contentKey(id, path);
    sendText(this.response, 302, 'text/plain', '', { ...headers, location: `${this.#contentOrigin}/lfs-objects/${encodeURIComponent(id)}/${encodeURIComponent(path)}?auth_key=${key}` });
    return true;
  }
}

export function contentKey(id: string, path: string): string {
  return createHash('sha256').update(`${id} ${path}`).digest('hex').slice(0, 24);
}
