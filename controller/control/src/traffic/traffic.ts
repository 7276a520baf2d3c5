import { Injectable } from '@nestjs/common';
import { Clock } from '../config/index.js';

export interface ServiceTraffic {
  readonly serviceId: string;
  /** Calls being answered or waiting. */
  readonly inFlight: number;
  /** Calls that wait for an instance. */
  readonly waiting: number;
  /** Of the call that has waited longest, milliseconds. */
  readonly longestWaitMs: number;
}

/** One word of one gateway. */
export interface GatewayTraffic {
  readonly instances: readonly { readonly instanceId: string; readonly inFlight: number }[];
  readonly services: readonly ServiceTraffic[];
}

type WakeListener = (serviceId: string) => void;

/** A gateway that said nothing for so long is counted as one whose calls are not known. */
export const FRESH_MS = 15_000;
/** For so long a gateway that went may still be answering calls. */
export const AWAY_MS = 600_000;

/** What gateways are busy with: kept in memory, the newest word of each. */
@Injectable()
export class Traffic {
  readonly #words = new Map<string, { readonly at: number; readonly traffic: GatewayTraffic }>();
  readonly #gone = new Map<string, number>();
  readonly #calledAt = new Map<string, number>();
  readonly #wakes = new Set<WakeListener>();

  constructor(private readonly clock: Clock) {}

  report(gatewayId: string, traffic: GatewayTraffic): void {
    this.#words.set(gatewayId, { at: this.clock.now(), traffic });
    for (const { serviceId, waiting } of traffic.services) if (waiting > 0) for (const listener of this.#wakes) listener(serviceId);
  }

  /** A call of this service ended then, Unix milliseconds by the gateway's clock. */
  called(serviceId: string, at: number): void {
    // A clock that is ahead must not keep a service awake.
    const seen = Math.min(at, this.clock.now());
    if (seen > (this.#calledAt.get(serviceId) ?? 0)) this.#calledAt.set(serviceId, seen);
  }

  /** Of the last call that gateways told of since the controller started; undefined: none. */
  lastCallAt(serviceId: string): number | undefined {
    return this.#calledAt.get(serviceId);
  }

  /** Its stream ended: it may still be serving. */
  lost(gatewayId: string): void {
    if (this.#words.delete(gatewayId)) this.#gone.set(gatewayId, this.clock.now());
  }

  back(gatewayId: string): void {
    this.#gone.delete(gatewayId);
  }

  /** Calls of an instance in all gateways; undefined unless every known gateway spoke after the moment. */
  inFlight(instanceId: string, since: number): number | undefined {
    const words = [...this.#words.values()];
    const away = [...this.#gone.values()].some((at) => this.clock.now() - at <= AWAY_MS);
    if (words.length === 0 || away || words.some(({ at }) => at < since)) return undefined;
    return words.reduce((sum, { traffic }) => sum + (traffic.instances.find((one) => one.instanceId === instanceId)?.inFlight ?? 0), 0);
  }

  /** Of a service in all gateways; undefined when none spoke lately. */
  ofService(serviceId: string): Omit<ServiceTraffic, 'serviceId'> | undefined {
    const now = this.clock.now();
    const fresh = [...this.#words.values()].filter(({ at }) => now - at <= FRESH_MS);
    if (fresh.length === 0) return undefined;
    const mine = fresh.flatMap(({ traffic }) => traffic.services.filter((one) => one.serviceId === serviceId));
    return {
      inFlight: mine.reduce((sum, one) => sum + one.inFlight, 0), waiting: mine.reduce((sum, one) => sum + one.waiting, 0),
      longestWaitMs: Math.max(0, ...mine.map((one) => one.longestWaitMs)),
    };
  }

  /** Called when a call waits for an instance. */
  onWaiting(listener: WakeListener): void {
    this.#wakes.add(listener);
  }
}
