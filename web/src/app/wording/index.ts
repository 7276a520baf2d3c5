export { OperationTitlePipe, SaidPipe, WordPipe } from './pipes';
export { messageWords } from './message-words';
export { reasonWords } from './reason-words';
export type { Words } from './words';
