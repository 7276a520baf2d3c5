export { MutualTlsUpstream, type MutualTlsOptions } from './mutual-tls-upstream.js';
export {
  UpstreamError,
  type Endpoint,
  type FailurePhase,
  type Upstream,
  type UpstreamCall,
  type UpstreamHandler,
  type UpstreamHead,
  type UpstreamRequest,
} from './upstream.js';
