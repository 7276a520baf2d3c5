export { Cors } from './cors.js';
export { Listener, type ListenerOptions } from './listener.js';
export { Router } from './router.js';
