import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import { MAX_FILES, digest, expectShape, hubFile, huggingfaceFile } from './file-list.js';
import type { FileAnswer, Hub, HubFile, HubRevision, Wanted } from './hub.js';
import { HubError } from './hub-error.js';
import type { HubEndpoint } from './hubs.js';
import { errorOfStatus } from './judge-answer.js';
import { openFile } from './open-file.js';
import type { SafeHttp } from './safe-http.js';

const MAX_ANSWER = 32 * 2 ** 20;
const MAX_PAGES = 200;
const DEFAULT_BRANCH = 'main';

const infoSchema = z.object({
  sha: z.string().regex(/^[0-9a-f]{7,64}$/), gated: z.union([z.boolean(), z.string()]).nullish(),
  cardData: z.object({ license: z.union([z.string(), z.array(z.string())]).nullish() }).nullish(),
});

/**
 * Hugging Face and its mirrors: a tree in pages, files under `/<owner>/<name>/resolve/<revision>/<path>`. Large files come
 * with a SHA-256, small ones only with the name git gives their content.
 */
export class HuggingFace implements Hub {
  readonly name = 'huggingface';

  constructor(
    private readonly http: SafeHttp,
    private readonly endpoint: () => HubEndpoint,
  ) {}

  async resolve(repository: string, revision: string | null, signal: AbortSignal): Promise<HubRevision> {
    const { body } = await this.#get(this.#url(`/api/models/${repository}/revision/${encodeURIComponent(revision ?? DEFAULT_BRANCH)}`), `${repository} at ${revision ?? DEFAULT_BRANCH}`, signal);
    const info = expectShape(infoSchema, body, repository);
    const licence = info.cardData?.license ?? null;
    return { revision: info.sha, licence: Array.isArray(licence) ? (licence[0] ?? null) : licence, gated: info.gated !== undefined && info.gated !== null && info.gated !== false };
  }

  async list(repository: string, revision: string, signal: AbortSignal): Promise<HubFile[]> {
    const files: HubFile[] = [];
    let page: URL | undefined = this.#url(`/api/models/${repository}/tree/${encodeURIComponent(revision)}?recursive=true&expand=false`);
    for (let count = 0; page !== undefined; count++) {
      if (count >= MAX_PAGES || files.length > MAX_FILES) throw new HubError('wrong-answer', `the list of ${repository} does not end`);
      const { headers, body } = await this.#get(page, repository, signal);
      const entries = expectShape(z.array(huggingfaceFile).max(MAX_FILES), body, `the files of ${repository}`);
      for (const { type, path, size, oid, lfs } of entries) {
        if (type === 'file') files.push(hubFile(path, lfs?.size ?? size, lfs ? digest('sha256', lfs.oid) : digest('git-sha1', oid)));
      }
      page = this.#nextPage(headers, page);
    }
    return files;
  }

  open(wanted: Wanted, signal: AbortSignal): Promise<FileAnswer> {
    const path = wanted.path.split('/').map(encodeURIComponent).join('/');
    const url = this.#url(`/${wanted.repository}/resolve/${encodeURIComponent(wanted.revision)}/${path}`);
    return openFile(this.http, this.name, { url, home: this.endpoint().base, credentials: this.#credentials(), signal }, wanted);
  }

  /** Only within the hub: a list must not lead elsewhere. */
  #nextPage(headers: IncomingHttpHeaders, from: URL): URL | undefined {
    const link = headers['link'];
    const target = /<([^<>]+)>\s*;\s*rel="?next"?/.exec((Array.isArray(link) ? link.join(',') : link) ?? '')?.[1];
    if (target === undefined) return undefined;
    const next = new URL(target, from);
    if (next.origin !== this.endpoint().base.origin) throw new HubError('wrong-answer', 'the hub’s list goes on at another host');
    return next;
  }

  async #get(url: URL, what: string, signal: AbortSignal) {
    const answer = await this.http.json({ url, home: this.endpoint().base, credentials: this.#credentials(), signal }, MAX_ANSWER);
    if (answer.status === 200 && answer.body !== undefined) return answer;
    const code = String(answer.headers['x-error-code'] ?? '');
    if (code === 'RevisionNotFound') throw new HubError('no-revision', `Hugging Face has no ${what}`);
    if (code === 'GatedRepo') throw new HubError('forbidden', `${what} is gated: accept its terms at Hugging Face and store a token in the hub settings`);
    if (code === 'RepoNotFound' || (answer.status === 404 && code === '')) throw new HubError('no-repository', `Hugging Face has no repository ${what}, or it is private`);
    if (answer.status !== 200) throw errorOfStatus(answer.status, answer.headers, what, Date.now());
    throw new HubError('wrong-answer', 'the address of Hugging Face does not answer like one: check it in the hub settings');
  }

  #url(path: string): URL {
    const { base } = this.endpoint();
    return new URL(`${base.pathname.replace(/\/$/, '')}${path}`, base);
  }

  #credentials(): Readonly<Record<string, string>> {
    const token = this.endpoint().token?.reveal();
    return token === undefined ? {} : { authorization: `Bearer ${token}` };
  }
}
