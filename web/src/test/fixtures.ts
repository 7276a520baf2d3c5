import type { Call, Me, Node, Operation } from '../app/api';

const at = '2026-11-23T05:00:00.000Z';

export function aNode(change: Partial<Node> = {}): Node {
  return {
    id: 'n1', name: 'gpu-1', type: 'gpu', state: 'healthy', stateSince: at, management: false, address: '10.0.0.2', agentVersion: '0.1.0', lastSeenAt: at, createdAt: at,
    inventory: null, metrics: null, gpus: [], services: [], instanceCount: 0, orphanCount: 0, ...change,
  };
}

export function anOperation(change: Partial<Operation> = {}): Operation {
  return { id: 'o1', kind: 'add-node', subjectId: 'n1', title: 'Add node', state: 'running', percent: 40, phase: 'Joining', failure: null, startedAt: at, finishedAt: null, startedBy: 'admin', ...change };
}

export function aCall(change: Partial<Call> = {}): Call {
  return {
    id: 'c1', startedAt: at, userId: 'u1', username: 'alice', keyId: 'k1', model: 'qwen3', serviceId: 's1', instanceId: 'i1', path: '/v1/chat/completions', stream: true, status: 200, outcome: 'ok',
    durationMs: 9050, ttftMs: 180, promptTokens: 400, completionTokens: 596, totalTokens: 996, tokensEstimated: false, tokensPerSecond: 112.3, retries: 0, queueMs: 0, connectMs: 0.4, errorCode: null, ...change,
  };
}

export function aMe(change: Partial<Me> = {}): Me {
  return { id: 'u1', username: 'admin', email: null, role: 'admin', mustChangePassword: false, permissions: ['nodes.read', 'services.read', 'operations.read'], ...change };
}
