import { digestsOf, type FileSpec } from './content.ts';
import type { HubRequest } from './hub-request.ts';
import { fileOf, isRevision, type Repository } from './repositories.ts';
import { etagOf, sendFile, sendJson } from './send-file.ts';

const BRANCH = 'main';
const LARGE = 1 << 20;
/** Small, so that every test with some files meets a second page. */
const PAGE = 4;

/** The part of Hugging Face’s protocol that clients use to fetch models: info, tree in pages, `resolve`. */
export async function huggingface(hub: HubRequest): Promise<boolean> {
  const match = /^\/api\/models\/([^/]+\/[^/]+)(?:\/(revision|tree)\/([^/]+))?$/.exec(hub.url.pathname) ?? /^\/([^/]+\/[^/]+)\/(resolve)\/([^/]+)\/(.+)$/.exec(hub.url.pathname);
  if (!match) return false;
  const [, id = '', part, revision, path] = match;
  const repository = hub.repositories.get(decodeURIComponent(id));
  if (!repository) return fail(hub, 404, 'RepoNotFound', 'Repository not found');
  if (repository.token !== undefined && hub.request.headers.authorization !== `Bearer ${repository.token}`) {
    return repository.gated === true ? fail(hub, 403, 'GatedRepo', 'Access to this model is restricted') : fail(hub, 401, 'RepoNotFound', 'Repository not found');
  }
  if (revision !== undefined && !isRevision(repository, decodeURIComponent(revision), BRANCH)) return fail(hub, 404, 'RevisionNotFound', `Invalid rev id: ${revision}`);
  if (part === 'tree') return tree(hub, repository);
  if (part === 'resolve') return resolve(hub, repository, decodeURIComponent(path ?? ''));
  if (hub.answerFault('info')) return true;
  sendJson(hub.response, 200, {
    id: repository.id, modelId: repository.id, sha: repository.commit, private: false, gated: repository.gated === true ? 'manual' : false, disabled: false, downloads: 1, likes: 0, tags: [],
    cardData: { license: repository.licence ?? 'apache-2.0' }, siblings: repository.files.map((file) => ({ rfilename: file.path })), createdAt: '2025-01-20T00:00:00.000Z', lastModified: '2025-01-20T00:00:00.000Z',
  });
  return true;
}

function tree(hub: HubRequest, { id, files, commit }: Repository): boolean {
  if (hub.answerFault('list')) return true;
  const first = Number(hub.url.searchParams.get('cursor') ?? 0);
  const page = files.slice(first, first + PAGE).map((file) => ({
    type: 'file', path: file.path, size: file.bytes, oid: digestsOf(file).gitSha1, ...(isLarge(file) ? { lfs: { oid: digestsOf(file).sha256, size: file.bytes, pointerSize: 134 } } : {}),
  }));
  const next = first + PAGE < files.length ? { link: `<${hub.origin}/api/models/${id}/tree/${commit}?recursive=true&expand=false&cursor=${first + PAGE}>; rel="next"` } : {};
  sendJson(hub.response, 200, page, next);
  return true;
}

async function resolve(hub: HubRequest, repository: Repository, path: string): Promise<boolean> {
  const spec = fileOf(repository, path);
  if (!spec) return fail(hub, 404, 'EntryNotFound', 'Entry not found');
  const fault = hub.takeFault('file', path);
  if (hub.answerStatus(fault)) return true;
  const { sha256, gitSha1 } = digestsOf(spec);
  const commit = { 'x-repo-commit': repository.commit };
  if (fault === undefined && isLarge(spec)) {
    return hub.redirectToContent(repository, spec, { ...commit, 'x-linked-etag': `"${sha256}"`, 'x-linked-size': String(spec.bytes) });
  }
  await sendFile({ request: hub.request, response: hub.response, file: spec, etag: isLarge(spec) ? etagOf(spec) : `"${gitSha1}"`, partStatus: 206, headers: commit, fault, onBytes: hub.onBytes });
  return true;
}

function isLarge({ bytes, lfs }: FileSpec): boolean {
  return lfs ?? bytes >= LARGE;
}

function fail({ response }: HubRequest, status: number, code: string, message: string): true {
  sendJson(response, status, { error: message }, { 'x-error-code': code, 'x-error-message': message });
  return true;
}
