/** What survives a crash of the agent. */
export { FileJournal } from './file-journal.js';
export { MemoryJournal } from './memory-journal.js';
export type { Journal, JournalRecord, JournalStage, Outcome } from './journal.js';
