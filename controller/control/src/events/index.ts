export { ChangeFeed, type Change } from './change-feed.js';
export { consoleTopics, isConsoleTopic, mayHear, type ConsoleTopic, type Topic } from './topics.js';
export { Views, type View } from './views.js';
