export { CallReporter, type CallReporterOptions } from './call-reporter.js';
export { CallSpool } from './call-spool.js';
export { ControlClient } from './control-client.js';
export { runRouteWatch, type RouteWatchParts } from './route-watch.js';
export { reportTraffic, type TrafficReporterParts } from './traffic-reporter.js';
