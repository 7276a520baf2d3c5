import { join } from 'node:path';
import { memberOf, readJoining, type DataDirectory } from '../install/index.js';
import { agentSession } from '../supervisor/index.js';

/** What is known here of an agent whose controller is elsewhere; undefined for a full installation. */
export async function joinedWords(data: DataDirectory, running: boolean): Promise<string | undefined> {
  const joining = await readJoining(data);
  if (!joining) return undefined;
  const member = await memberOf(data);
  const node = member ? `${member.name}, in cluster ${member.clusterId}` : `not joined yet`;
  return [`  Node         ${node}`, `  Controller   ${joining.control}${member ? ` (sessions ${member.sessionAddress})` : ''}`, `  Listens      ${joining.dataHost}:${joining.dataPort}`, ...(running ? [`  Session      ${await sessionWords(data)}`] : [])].join('\n');
}

async function sessionWords(data: DataDirectory): Promise<string> {
  const session = await agentSession(join(data.logs, 'agent.log'));
  switch (session.state) {
    case 'connected':
      return `since ${session.since}`;
    case 'disconnected':
      return `none since ${session.since}: ${session.reason}; engines go on, it tries again`;
    case 'joining':
      return `joining: ${session.reason}`;
    case 'unknown':
      return 'not known: see ./openstation logs agent';
  }
}
