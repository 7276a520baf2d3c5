/** Stories of steps: checked, done, verified, shown. */
export { runSteps, type Stage, type Step } from './step.js';
export { TerminalStage } from './terminal-stage.js';
