export { ChangeFeed, type Change } from './change-feed.js';
export type { ConsoleTopic, Topic } from './topics.js';
export { Views, type View } from './views.js';
