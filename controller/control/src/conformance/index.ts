/** What services can do, tried once after each start of a revision. */
export { ConformanceModule } from './conformance.module.js';
export { ConformanceLoop } from './conformance-loop.js';
export { ConformanceResults, conformanceView, type ConformanceView } from './conformance-results.js';
