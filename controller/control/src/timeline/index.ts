export { TIMELINE_KEEP_MS, Timeline, type TimelineEntry, type TimelineKind, type TimelinePage } from './timeline.js';
