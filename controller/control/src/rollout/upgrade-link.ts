import { Injectable } from '@nestjs/common';
import type { UpgradeOrder, UpgradeProgress } from '@openstation/proto';

export interface UpgradeTalk {
  /** False when the node has no session. */
  send(nodeId: string, order: UpgradeOrder): boolean;
  connected(nodeId: string): boolean;
}

export interface UpgradeListener {
  /** A session began; `standing` is how the node's newest upgrade stands. */
  opened(nodeId: string, agentVersion: string, standing: UpgradeProgress | undefined): Promise<void>;
  progressed(nodeId: string, progress: UpgradeProgress): Promise<void>;
}

/** Between rollouts and the agents' sessions, which lie above this room. */
@Injectable()
export class UpgradeLink {
  #talk: UpgradeTalk = { send: () => false, connected: () => false };
  #listener: UpgradeListener = { opened: () => Promise.resolve(), progressed: () => Promise.resolve() };

  provide(talk: UpgradeTalk): void {
    this.#talk = talk;
  }

  listen(listener: UpgradeListener): void {
    this.#listener = listener;
  }

  get talk(): UpgradeTalk {
    return this.#talk;
  }

  get listener(): UpgradeListener {
    return this.#listener;
  }
}
