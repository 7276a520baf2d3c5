import type { NodeNotice } from '@openstation/proto';

/** Notices kept while nobody listens; the oldest go first. */
const MOST = 200;
/** A session may be dead for a while before anybody knows: what was sent into its last moments is sent again. */
const SENT_FOR_SURE_MS = 30_000;

type Send = (notice: NodeNotice) => void;

/** Notices on their way. The receiver tells repetitions by code, subject and time. */
export class NoticeBox {
  #waiting: NodeNotice[];
  #sent: { readonly notice: NodeNotice; readonly sentAt: number }[] = [];
  #send: Send | undefined;

  /** `now`: milliseconds on a clock that never steps. `kept`: what an earlier process could not send. */
  constructor(private readonly now: () => number, kept: readonly NodeNotice[] = []) {
    this.#waiting = [...kept];
  }

  /** Everything of which it is not sure that it was heard. */
  get unheard(): readonly NodeNotice[] {
    return [...this.#doubtful(), ...this.#waiting].slice(-MOST);
  }

  put(notice: NodeNotice): void {
    this.#waiting.push(notice);
    this.#waiting.splice(0, this.#waiting.length - MOST);
    this.#flush();
  }

  /** There is a session to send through. */
  open(send: Send): void {
    this.#send = send;
    this.#flush();
  }

  /** The session is over. */
  close(): void {
    if (!this.#send) return;
    this.#send = undefined;
    this.#waiting = [...this.unheard];
    this.#sent = [];
  }

  #doubtful(): NodeNotice[] {
    return this.#sent.filter(({ sentAt }) => this.now() - sentAt < SENT_FOR_SURE_MS).map(({ notice }) => notice);
  }

  #flush(): void {
    if (!this.#send) return;
    this.#sent = this.#sent.filter(({ sentAt }) => this.now() - sentAt < SENT_FOR_SURE_MS);
    for (const notice of this.#waiting.splice(0)) {
      this.#send(notice);
      this.#sent.push({ notice, sentAt: this.now() });
    }
    this.#sent.splice(0, this.#sent.length - MOST);
  }
}
