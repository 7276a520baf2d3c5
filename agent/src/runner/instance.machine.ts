import type { JournalStage, Outcome } from '../journal/index.js';

/**
 * One life of one instance on this node, one step at a time:
 *
 *   accepted:  admit → image → model → (a member of a group: wait for the others) → port → launch
 *   launching: (restart in between) adopt what came up, otherwise launch again
 *   launched:  watch until it ends; an engine that is gone or has ended fails the instance, nothing restarts it. Only what a
 *              reboot of the node took is started again, by the node alone: the controller may be away. Members of a group
 *              do so only when it is: with it they end and start as one
 *   done:      rest
 *
 * A tombstone overtakes all of it: dismantle, then conclude.
 */
export interface InstanceView {
  readonly desired: 'run' | 'stop';
  readonly stage: JournalStage;
  readonly outcome: Outcome | undefined;
  /** What the policy has against the intent. */
  readonly refusal: string | undefined;
  readonly imageReady: boolean;
  readonly modelReady: boolean;
  /** A member of a group that may not start before the others are prepared. */
  readonly held: boolean;
  readonly grouped: boolean;
  /** It was started in an earlier life of the machine. */
  readonly rebooted: boolean;
  readonly controller: Controller;
  readonly port: number | undefined;
  /** The engine of this generation; `unknown` while the driver cannot be asked. */
  readonly engine: 'unknown' | 'absent' | 'created' | 'running' | 'exited';
  /** Engines of this instance with an older generation still exist. */
  readonly leftovers: boolean;
}

/** Whether the controller can be counted on: `awaited` for a moment after it was lost or the agent began, then `away`. */
export type Controller = 'connected' | 'awaited' | 'away';

export type Step =
  | 'rest'
  | 'dismantle'
  | 'remove-leftovers'
  | 'conclude-stopped'
  | 'refuse'
  | 'prepare-image'
  | 'fetch-model'
  | 'hold'
  | 'reserve-port'
  | 'launch'
  | 'adopt'
  | 'start-over'
  | 'await-controller'
  | 'watch'
  | 'fail-exited'
  | 'fail-gone';

export function nextStep(view: InstanceView): Step {
  if (view.desired === 'stop') return stopStep(view);
  if (view.outcome) return 'rest';
  if (view.engine === 'unknown') return 'rest';
  if (view.leftovers) return 'remove-leftovers';
  if (lostInReboot(view)) return rebootedStep(view);
  if (view.stage === 'launched') return launchedStep(view);
  if (view.engine === 'running' || view.engine === 'exited') return 'adopt';
  if (view.refusal !== undefined) return 'refuse';
  if (!view.imageReady) return 'prepare-image';
  if (!view.modelReady) return 'fetch-model';
  if (view.held) return 'hold';
  if (view.port === undefined) return 'reserve-port';
  return 'launch';
}

function stopStep(view: InstanceView): Step {
  if (view.outcome?.state === 'stopped' || view.engine === 'unknown') return 'rest';
  if (view.engine !== 'absent' || view.leftovers) return 'dismantle';
  return 'conclude-stopped';
}

/** Also without the boot's number: a driver says `created` of an engine that ran in an earlier life of the machine. */
function lostInReboot({ stage, engine, rebooted }: InstanceView): boolean {
  if (engine === 'running') return false;
  return (stage === 'launched' && (rebooted || engine === 'created')) || (stage === 'launching' && rebooted);
}

function rebootedStep({ grouped, controller }: InstanceView): Step {
  if (!grouped || controller === 'away') return 'start-over';
  return controller === 'connected' ? 'fail-gone' : 'await-controller';
}

function launchedStep(view: InstanceView): Step {
  switch (view.engine) {
    case 'running':
      return 'watch';
    case 'exited':
      return 'fail-exited';
    default:
      return 'fail-gone';
  }
}
