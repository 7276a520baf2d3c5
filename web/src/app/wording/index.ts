export { OperationTitlePipe, SaidPipe, WordPipe } from './pipes';
export { reasonWords } from './reason-words';
export type { Words } from './words';
