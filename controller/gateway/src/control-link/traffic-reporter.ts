import { sleep, type Logger } from '@openstation/kit';
import type { ReportTrafficRequest } from '@openstation/proto';

export interface TrafficReporterParts {
  readonly send: (traffic: ReportTrafficRequest) => Promise<void>;
  readonly traffic: () => ReportTrafficRequest;
  readonly log: Logger;
}

/** Often enough that a retired instance is not kept waiting for long. */
const EVERY_MS = 1000;

/** Tells the controller what this gateway is busy with until the signal fires. A word that is lost is replaced by the next. */
export async function reportTraffic({ send, traffic, log }: TrafficReporterParts, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await send(traffic());
    } catch (error) {
      log.debug({ reason: (error as Error).message }, 'the controller was not told of the traffic');
    }
    await sleep(EVERY_MS, signal);
  }
}
