import { KeyState, type RouteTable } from '@openstation/proto';
import type { GatewayKeys } from '../users/index.js';
import type { ServiceRoute } from './route-source.js';

/** The table that gateways work with, in a fixed order so that equal states give equal bytes. The version is set when it is sent. */
export function buildRouteTable(clusterId: string, routes: readonly ServiceRoute[], keys: GatewayKeys): RouteTable {
  return {
    version: 0,
    clusterId,
    routes: [...routes].sort(by(({ serviceId }) => serviceId)).map(({ serviceId, serviceName, createdAt, targets, startsOnCall }) => ({
      model: serviceName,
      serviceId,
      createdAtMs: createdAt,
      startsOnCall,
      targets: [...targets].sort(by(({ instanceId }) => instanceId)).map((target) => ({ ...target })),
    })),
    keys: [...keys.entries].sort(by(({ keyId }) => keyId)).map(({ keyId, digest, userId, username, ownerEnabled, expiresAt }) => ({
      keyId,
      digest: Buffer.from(digest),
      state: ownerEnabled ? KeyState.ACTIVE : KeyState.DISABLED,
      userId,
      userName: username,
      expiresAtMs: expiresAt ?? 0,
      models: [],
    })),
    keyPepper: Buffer.from(keys.pepper),
  };
}

function by<T>(keyOf: (item: T) => string): (a: T, b: T) => number {
  return (a, b) => (keyOf(a) < keyOf(b) ? -1 : 1);
}
