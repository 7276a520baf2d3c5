/** One service for the gateways: its name is the model's id in the API. Without targets callers get 503, not 404. */
export interface ServiceRoute {
  readonly serviceId: string;
  readonly serviceName: string;
  /** Unix milliseconds. */
  readonly createdAt: number;
  readonly targets: readonly RouteTarget[];
  /** It sleeps, or may: a call wakes it. */
  readonly startsOnCall: boolean;
}

/** A ready instance, reached through its node's data port. */
export interface RouteTarget {
  readonly instanceId: string;
  readonly nodeId: string;
  readonly nodeName: string;
  readonly address: string;
  readonly port: number;
  readonly engineModel: string;
}

/** Where the routes come from. */
export abstract class RouteSource {
  abstract routes(): Promise<readonly ServiceRoute[]>;
}
