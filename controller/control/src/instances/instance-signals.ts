import { Injectable } from '@nestjs/common';

type Listener = (id: string) => void;

/**
 * Wake-ups inside the controller, without delay: "what this node is told changed", "instances of this service
 * changed". They carry no facts; who hears them reads the rows.
 */
@Injectable()
export class InstanceSignals {
  readonly #node = new Set<Listener>();
  readonly #service = new Set<Listener>();

  assignmentsChanged(nodeId: string): void {
    for (const listener of this.#node) listener(nodeId);
  }

  serviceTouched(serviceId: string): void {
    for (const listener of this.#service) listener(serviceId);
  }

  onAssignments(listener: Listener): void {
    this.#node.add(listener);
  }

  onService(listener: Listener): void {
    this.#service.add(listener);
  }
}
