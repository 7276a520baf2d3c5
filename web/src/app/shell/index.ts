export { NotFound } from './not-found';
export { Shell } from './shell';
