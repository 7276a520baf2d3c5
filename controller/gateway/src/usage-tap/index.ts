export { AnswerTail } from './answer-tail.js';
export { StreamTap } from './stream-tap.js';
export type { TokenUsage } from './token-usage.js';
