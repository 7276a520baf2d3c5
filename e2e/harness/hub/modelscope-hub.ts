import { randomUUID } from 'node:crypto';
import { digestsOf } from './content.ts';
import type { HubRequest } from './hub-request.ts';
import { fileOf, isRevision, type Repository } from './repositories.ts';
import { etagOf, sendFile, sendJson } from './send-file.ts';

const BRANCH = 'master';
/** Larger files are large-file objects: answered with a redirect to the content servers. */
const LARGE = 1 << 20;

/**
 * The part of ModelScope’s protocol that clients use to fetch models: `/api/v1/models/<owner>/<name>` with `/revisions`,
 * `/repo/files` and `/repo`. An unknown revision is answered with success and `Files: null`; the site’s own servers answer
 * a range with 200 and `Content-Range`.
 */
export async function modelscope(hub: HubRequest): Promise<boolean> {
  const match = /^\/api\/v1\/models\/([^/]+\/[^/]+)(\/revisions|\/repo\/files|\/repo)?$/.exec(hub.url.pathname);
  if (!match) return false;
  const repository = hub.repositories.get(decodeURIComponent(match[1] ?? ''));
  if (!repository) return fail(hub, 404, 10010205001, '获取模型信息失败，信息：record not found');
  if (repository.token !== undefined && !presented(hub).includes(repository.token)) return fail(hub, 403, 10010205403, 'Please login first');
  switch (match[2]) {
    case '/revisions':
      return revisions(hub, repository);
    case '/repo/files':
      return files(hub, repository);
    case '/repo':
      return file(hub, repository);
    default:
      return info(hub, repository);
  }
}

function info(hub: HubRequest, { id, licence, files: all }: Repository): boolean {
  if (hub.answerFault('info')) return true;
  const [path = '', name = ''] = id.split('/');
  return succeed(hub, { Name: name, Path: path, ChineseName: name, Downloads: 1, License: licence ?? 'apache-2.0', StorageSize: all.reduce((sum, { bytes }) => sum + bytes, 0), ReadMeContent: '', ModelInfos: {}, Id: 1, Visibility: 5 });
}

function revisions(hub: HubRequest, { commit }: Repository): boolean {
  if (hub.answerFault('info')) return true;
  return succeed(hub, { RevisionMap: { Branches: [{ Revision: BRANCH, CreatedAt: 1737340000, CommitId: commit }], Tags: [] } });
}

function files(hub: HubRequest, repository: Repository): boolean {
  if (hub.answerFault('list')) return true;
  const revision = hub.url.searchParams.get('Revision') ?? BRANCH;
  if (!isRevision(repository, revision, BRANCH)) return succeed(hub, { Files: null });
  const recursive = /^true$/i.test(hub.url.searchParams.get('Recursive') ?? 'False');
  const root = hub.url.searchParams.get('Root') ?? '';
  const inside = repository.files.filter(({ path }) => root === '' || path.startsWith(`${root}/`));
  const common = { Mode: '33188', Revision: repository.commit, CommitMessage: 'files', CommitterName: 'somebody', CommittedDate: 1737340000, InCheck: false };
  const depth = root === '' ? 1 : root.split('/').length + 1;
  const blobs = inside
    .filter(({ path }) => recursive || path.split('/').length === depth)
    .map((spec) => ({ ...common, Name: spec.path.split('/').pop(), Path: spec.path, Type: 'blob', Size: spec.bytes, IsLFS: spec.bytes >= LARGE, Sha256: digestsOf(spec).sha256 }));
  const directories = [...new Set(inside.flatMap(({ path }) => path.split('/').slice(0, -1).map((_, index, parts) => parts.slice(0, index + 1).join('/'))))];
  const trees = directories.filter((path) => recursive || path.split('/').length === depth).map((path) => ({ ...common, Name: path.split('/').pop(), Path: path, Type: 'tree', Size: 0, IsLFS: false, Mode: '16384', Sha256: '' }));
  return succeed(hub, { Files: [...trees, ...blobs], LatestCommitter: {}, IsVisual: 0 });
}

async function file(hub: HubRequest, repository: Repository): Promise<boolean> {
  const path = hub.url.searchParams.get('FilePath') ?? '';
  const spec = fileOf(repository, path);
  if (!spec || !isRevision(repository, hub.url.searchParams.get('Revision') ?? BRANCH, BRANCH)) return fail(hub, 404, 10010202004, `file ${path} not found`);
  const fault = hub.takeFault('file', path);
  if (hub.answerStatus(fault)) return true;
  if (fault === undefined && spec.bytes >= LARGE) return hub.redirectToContent(repository, spec);
  await sendFile({ request: hub.request, response: hub.response, file: spec, etag: etagOf(spec), partStatus: 200, fault, onBytes: hub.onBytes });
  return true;
}

function presented({ request }: HubRequest): string {
  return `${request.headers.authorization ?? ''} ${request.headers.cookie ?? ''}`;
}

function succeed({ response }: HubRequest, data: unknown): true {
  sendJson(response, 200, { Code: 200, Success: true, Message: 'success', RequestId: randomUUID(), Data: data });
  return true;
}

function fail({ response }: HubRequest, status: number, code: number, message: string): true {
  sendJson(response, status, { Code: code, Message: message, RequestId: randomUUID(), Success: false });
  return true;
}
