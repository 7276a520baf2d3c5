import { ApiFailure } from '../../api';

const byField: Readonly<Record<string, string>> = { repository: 'hub-repository', revision: 'hub-revision', include: 'hub-files' };

/** A refusal that tells what a hub said, under a code that has words for it; any other failure stays what it is. */
export function asHubRefusal(failure: ApiFailure): ApiFailure {
  const code = failure.code === 'unavailable' ? 'hub-away' : failure.code === 'bad-request' || failure.code === 'invalid' ? byField[failure.field ?? ''] : undefined;
  return code === undefined ? failure : new ApiFailure(failure.status, code, failure.message, failure.requestId, failure.field, failure.details, failure.at);
}
