import { compareVersions, isReleaseVersion, isSigned, parseStatement, type ReleaseStatement, type UpgradeOrder } from '@openstation/proto';

/** What an order is judged by: facts of this agent, none of the controller's. */
export interface OwnRelease {
  readonly version: string;
  readonly arch: string;
  /** Keys this agent was built with. */
  readonly keys: readonly string[];
  /** Installed from an archive, and something starts it again. */
  readonly replaceable: boolean;
}

const MAX_ARCHIVE_BYTES = 512 * 1024 * 1024;
const REQUEST = /^[A-Za-z0-9_-]{1,64}$/;

export type OrderJudgement = { readonly ok: true; readonly statement: ReleaseStatement } | { readonly ok: false; readonly why: string };

/** Whether an upgrade may begin. The controller's word counts for nothing here but which signed release it means. */
export function judgeOrder(order: UpgradeOrder, own: OwnRelease): OrderJudgement {
  const refuse = (why: string): OrderJudgement => ({ ok: false, why });
  if (!own.replaceable) return refuse('this agent was not installed from an archive, or nothing would start it again: replace it where it came from');
  if (own.keys.length === 0) return refuse('this agent was built without a release key: it takes no release');
  if (!isSigned(order.statement, order.signature, own.keys)) return refuse('the release is not signed by a key that this agent was built with');
  const statement = parseStatement(order.statement);
  if (!statement) return refuse('the release statement cannot be understood');
  if (statement.version !== order.version || statement.arch !== order.arch) return refuse('the release statement is about another version or architecture than the order');
  if (statement.arch !== own.arch) return refuse(`the release is for ${statement.arch}, this node is ${own.arch}`);
  if (!isReleaseVersion(own.version)) return refuse(`this agent's own version ${own.version} cannot be compared`);
  if (compareVersions(statement.version, own.version) <= 0) return refuse(`version ${statement.version} is not newer than ${own.version}, which runs`);
  if (!/^[0-9a-f]{64}$/.test(order.sha256)) return refuse('the order has no digest of the archive');
  if (order.bytes <= 0 || order.bytes > MAX_ARCHIVE_BYTES) return refuse(`an archive of ${order.bytes} bytes is not taken`);
  if (!REQUEST.test(order.requestId)) return refuse('the order has no usable request id');
  return { ok: true, statement };
}
