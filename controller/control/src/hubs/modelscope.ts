import { z } from 'zod';
import { MAX_FILES, digest, expectShape, hubFile, modelscopeFile } from './file-list.js';
import type { FileAnswer, Hub, HubFile, HubRevision, Wanted } from './hub.js';
import { HubError } from './hub-error.js';
import type { HubEndpoint } from './hubs.js';
import { openFile } from './open-file.js';
import { errorOfStatus } from './judge-answer.js';
import type { SafeHttp } from './safe-http.js';

const MAX_ANSWER = 64 * 2 ** 20;
const DEFAULT_BRANCH = 'master';

const named = z.object({ Revision: z.string().max(256), CommitId: z.string().max(64).nullish() });
const revisionsSchema = z.object({ RevisionMap: z.object({ Branches: z.array(named).nullish(), Tags: z.array(named).nullish() }) });
const infoSchema = z.object({ License: z.string().max(500).nullish(), Gated: z.boolean().nullish() });
const filesSchema = z.object({ Files: z.array(modelscopeFile).max(MAX_FILES).nullable() });
const envelope = z.object({ Code: z.number(), Message: z.string().nullish(), Data: z.unknown().optional() });

/**
 * ModelScope: JSON under `/api/v1/models/<owner>/<name>` in an envelope of its own. Its default branch is `master`. An
 * unknown revision is answered with success and `Files: null`. A token goes out as cookie (what the site reads) and as
 * Authorization (what newer clients send).
 */
export class ModelScope implements Hub {
  readonly name = 'modelscope';

  constructor(
    private readonly http: SafeHttp,
    private readonly endpoint: () => HubEndpoint,
  ) {}

  async resolve(repository: string, revision: string | null, signal: AbortSignal): Promise<HubRevision> {
    const info = expectShape(infoSchema, await this.#data(repository, '', {}, signal), repository);
    const { RevisionMap } = expectShape(revisionsSchema, await this.#data(repository, '/revisions', {}, signal), repository);
    const known = [...(RevisionMap.Branches ?? []), ...(RevisionMap.Tags ?? [])];
    const wanted = revision ?? defaultOf(known);
    // Commits are what stays; whether this server takes one in the place of a branch is asked, not believed.
    const candidates = [known.find((item) => item.Revision === wanted)?.CommitId, wanted];
    for (const candidate of candidates) {
      if (!candidate || (await this.#files(repository, candidate, false, signal)) === null) continue;
      return { revision: candidate, licence: info.License ?? null, gated: info.Gated ?? false };
    }
    const names = known.slice(0, 10).map((item) => item.Revision).join(', ');
    throw new HubError('no-revision', `${repository} has no revision ${wanted}${names === '' ? '' : `; there are: ${names}`}`);
  }

  async list(repository: string, revision: string, signal: AbortSignal): Promise<HubFile[]> {
    const files = await this.#files(repository, revision, true, signal);
    if (files === null) throw new HubError('no-revision', `${repository} has no revision ${revision}`);
    return files.filter(({ Type }) => Type === 'blob').map(({ Path, Size, Sha256 }) => hubFile(Path, Size, digest('sha256', Sha256)));
  }

  open(wanted: Wanted, signal: AbortSignal): Promise<FileAnswer> {
    const url = this.#url(wanted.repository, '/repo', { Revision: wanted.revision, FilePath: wanted.path });
    return openFile(this.http, this.name, { url, home: this.endpoint().base, credentials: this.#credentials(), signal }, wanted);
  }

  async #files(repository: string, revision: string, recursive: boolean, signal: AbortSignal): Promise<z.infer<typeof filesSchema>['Files']> {
    const data = await this.#data(repository, '/repo/files', { Recursive: recursive ? 'True' : 'False', Revision: revision }, signal);
    return expectShape(filesSchema, data, `the files of ${repository}`).Files;
  }

  /** The envelope's content. Success is HTTP 2xx and `Code` 200, nothing less. */
  async #data(repository: string, path: string, query: Readonly<Record<string, string>>, signal: AbortSignal): Promise<unknown> {
    const { status, headers, body } = await this.http.json(
      { url: this.#url(repository, path, query), home: this.endpoint().base, credentials: this.#credentials(), signal }, MAX_ANSWER,
    );
    const parsed = envelope.safeParse(body);
    // The same code is also used for a broken database: only 404 with these words means absent.
    if (status === 404 && parsed.success && /record not found/i.test(parsed.data.Message ?? '')) throw new HubError('no-repository', `ModelScope has no repository ${repository} (upper and lower case matter)`);
    if (status === 404) throw parsed.success ? new HubError('away', `ModelScope could not look up ${repository}: ${(parsed.data.Message ?? '').slice(0, 120)}`) : new HubError('wrong-answer', 'the address of ModelScope does not answer like one: check it in the hub settings');
    if (status < 200 || status >= 300) throw errorOfStatus(status, headers, repository, Date.now());
    if (!parsed.success) throw new HubError('wrong-answer', 'the address of ModelScope does not answer like one: check it in the hub settings');
    if (parsed.data.Code !== 200) throw new HubError('away', `ModelScope reports a problem with ${repository}: ${(parsed.data.Message ?? `code ${parsed.data.Code}`).slice(0, 200)}`);
    return parsed.data.Data;
  }

  #url(repository: string, path: string, query: Readonly<Record<string, string>>): URL {
    const { base } = this.endpoint();
    const url = new URL(`${base.pathname.replace(/\/$/, '')}/api/v1/models/${repository}${path}`, base);
    url.search = new URLSearchParams(query).toString();
    return url;
  }

  #credentials(): Readonly<Record<string, string>> {
    const token = this.endpoint().token?.reveal();
    return token === undefined ? {} : { authorization: `Bearer ${token}`, cookie: `m_session_id=${token}` };
  }
}

function defaultOf(known: readonly z.infer<typeof named>[]): string {
  return (known.find(({ Revision }) => Revision === DEFAULT_BRANCH) ?? known[0])?.Revision ?? DEFAULT_BRANCH;
}
