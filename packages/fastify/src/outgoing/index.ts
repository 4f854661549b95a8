/** Requests to other servers: the clients, JSON requests, and why one failed. */
export {
  createHttpClient,
  type HttpClient,
  ProxyError,
  type ProxySettings,
  withoutProxy,
} from './client.ts'
export { EndSignal, type Exchange } from './exchange.ts'
export { addRange, noProxyProblem } from './no-proxy.ts'
export { explainNetworkFailure, isReset, isUnreachable, type NetworkFailure } from './failure.ts'
export { type JsonAnswer, type JsonRequest, requestJson } from './json.ts'
export { parseRetryAfter, retryAfterOrDefault } from './retry-after.ts'
