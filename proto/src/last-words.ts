const PREFIX = 'last:';

/** Request id of log lines that an agent sends unasked before it removes an engine of the instance. */
export function lastWordsId(instanceId: string): string {
  return PREFIX + instanceId;
}

/** The instance whose last words these are; undefined when somebody asked for the lines. */
export function lastWordsOf(requestId: string): string | undefined {
  return requestId.startsWith(PREFIX) ? requestId.slice(PREFIX.length) : undefined;
}
