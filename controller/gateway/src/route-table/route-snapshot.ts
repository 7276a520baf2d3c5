import type { KeyEntry, Route, RouteTable } from '@openstation/proto';

/** One immutable state of what may be called and by whom, indexed for the two look-ups of a request. */
export class RouteSnapshot {
  readonly version: number;
  readonly clusterId: string;
  readonly keyPepper: Uint8Array;
  readonly routes: readonly Route[];
  readonly #byModel: ReadonlyMap<string, Route>;
  readonly #keys: ReadonlyMap<string, KeyEntry>;

  constructor(table: RouteTable) {
    this.version = table.version;
    this.clusterId = table.clusterId;
    this.keyPepper = table.keyPepper;
    this.routes = table.routes;
    this.#byModel = new Map(table.routes.map((route) => [route.model, route]));
    this.#keys = new Map(table.keys.map((key) => [key.keyId, key]));
  }

  route(model: string): Route | undefined {
    return this.#byModel.get(model);
  }

  key(keyId: string): KeyEntry | undefined {
    return this.#keys.get(keyId);
  }

  get keyCount(): number {
    return this.#keys.size;
  }
}
