import type { ServerWritableStream } from '@grpc/grpc-js';
import { Service, type ServiceEvent, type WatchServicesRequest } from '@openstation/proto';
import type { KeyCaller } from '../users/index.js';

export type WatchCall = ServerWritableStream<WatchServicesRequest, ServiceEvent>;

/** A service on the wire, with its bytes made once for all readers. */
export interface SeenService {
  readonly service: Service;
  readonly bytes: Buffer;
}

export function seen(service: Service): SeenService {
  return { service, bytes: Buffer.from(Service.encode(service).finish()) };
}

/**
 * One reader of services: first the list, then what differs from what they were shown. While the reader takes nothing, only
 * the ids of changed services are kept; `reload` brings their newest state once there is room.
 */
export class ServiceStream {
  readonly #shown = new Map<string, Buffer>();
  readonly #behind = new Set<string>();
  #hasRoom = false;

  constructor(
    private readonly call: WatchCall,
    readonly holder: KeyCaller,
    private readonly reload: (serviceId: string) => void,
  ) {
    call.on('drain', () => this.#catchUp());
  }

  begin(all: readonly SeenService[]): void {
    for (const { service, bytes } of all) this.#shown.set(service.id, bytes);
    if (this.#write({ $case: 'all', value: { services: all.map(({ service }) => service) } })) this.#catchUp();
  }

  /** The state of a service as it is now; undefined when it is gone. */
  offer(serviceId: string, now: SeenService | undefined): void {
    if (!this.#differs(serviceId, now?.bytes)) return;
    if (!this.#hasRoom) {
      this.#behind.add(serviceId);
      return;
    }
    if (now) this.#shown.set(serviceId, now.bytes);
    else this.#shown.delete(serviceId);
    this.#write(now ? { $case: 'changed', value: now.service } : { $case: 'removed', value: serviceId });
  }

  /** Ids whose state is not what the reader was shown. */
  differences(all: ReadonlyMap<string, Buffer>): string[] {
    return [...new Set([...this.#shown.keys(), ...all.keys()])].filter((id) => this.#differs(id, all.get(id)));
  }

  #differs(serviceId: string, now: Buffer | undefined): boolean {
    const shown = this.#shown.get(serviceId);
    // Before the list was sent everything may differ from it.
    if (!this.#hasRoom) return true;
    return now === undefined ? shown !== undefined : shown?.equals(now) !== true;
  }

  #catchUp(): void {
    this.#hasRoom = true;
    const ids = [...this.#behind];
    this.#behind.clear();
    for (const id of ids) this.reload(id);
  }

  #write(event: NonNullable<ServiceEvent['event']>): boolean {
    if (this.call.cancelled || this.call.destroyed) return false;
    this.#hasRoom = this.call.write({ event });
    return this.#hasRoom;
  }
}
