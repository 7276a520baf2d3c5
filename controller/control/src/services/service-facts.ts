import type { InstanceState } from '../instances/index.js';
import type { ServiceSlot } from './service-slot.js';

/** What the reconciler needs to know of a service: which slots are wanted, and how they are to run. */
export interface WantedService {
  readonly slots: readonly ServiceSlot[];
  /** When deletion was asked for, in Unix milliseconds. */
  readonly deletingAt: number | undefined;
  readonly revision: number;
  /** The newest revision of which an instance was ready once. */
  readonly provenRevision: number | undefined;
  /** An instance whose node is silent for so long is replaced elsewhere; undefined: never by itself. */
  readonly replaceAfterMs?: number | undefined;
  /** The controller is not sure of what it sees: nothing that runs, or may run, is given up. */
  readonly cautious?: boolean;
  /** The brake is on, or a node of the service was not heard since the controller started: no change of revision goes on. */
  readonly rolloutHeld?: boolean;
}

export interface ObservedInstance {
  readonly id: string;
  readonly slot: number;
  readonly nodeId: string | undefined;
  readonly desired: 'run' | 'stop';
  readonly state: InstanceState;
  readonly stateSince: number;
  readonly revision: number;
  /** It runs in another way than the service is to run now. */
  readonly outdated: boolean;
  /** Pending, and no node can carry it now. */
  readonly noPlace: boolean;
  /** The successor that waits for a place would get one if this instance went. */
  readonly makesRoom: boolean;
  /** Calls that gateways still pass to it, as far as they told since it was retired. */
  readonly inFlight: number | undefined;
  /** It answered its health check at least once. */
  readonly wasReady: boolean;
  /** It answers now, as far as we know. */
  readonly ready: boolean;
  /** Another one is to take its place first: its node is being emptied. */
  readonly leaving: boolean;
  /** Since when it gets no new requests; undefined: it does. */
  readonly retiredAt: number | undefined;
  /** How long its node has been silent, in milliseconds; undefined: it is heard. */
  readonly silentMs: number | undefined;
  /** How long it had served when it ended, in milliseconds; 0 while it lives or when it never served. */
  readonly servedMs: number;
  /** Nothing of it is left on its node, or the node is gone for good. */
  readonly released: boolean;
  /** Its node is silent: all of this is what we last knew. */
  readonly unknown: boolean;
  readonly reason: string;
  readonly message: string;
  /** How many predecessors in a row ended in this slot without ever having served. */
  readonly attempt: number;
  readonly failures: FailureRun | undefined;
  /** It failed before a person wished another try: what failed until then does not count. */
  readonly forgiven?: boolean;
}

/** The same failure, so many times in a row while loading. */
export interface FailureRun {
  readonly signature: string;
  readonly count: number;
}

export type FailureFacts = Pick<ObservedInstance, 'state' | 'wasReady' | 'reason' | 'message' | 'failures' | 'forgiven'>;

export interface CreateAction {
  readonly kind: 'create';
  readonly slot: ServiceSlot;
  readonly revision: number;
  readonly attempt: number;
  readonly failures: FailureRun | undefined;
  readonly replaces: string | undefined;
}

export type ServiceAction =
  | CreateAction
  | { readonly kind: 'stop'; readonly instanceId: string }
  /** No new requests for it. */
  | { readonly kind: 'retire'; readonly instanceId: string }
  /** It gets requests again. */
  | { readonly kind: 'reinstate'; readonly instanceId: string }
  | { readonly kind: 'wake'; readonly at: number }
  | { readonly kind: 'remove-service' };
