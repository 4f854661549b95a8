/** Requests to other servers: the clients, JSON requests, and why one failed. */
export { createDispatcher, ProxyError, type ProxySettings, withoutProxy } from './dispatcher.ts'
export { explainNetworkFailure, isReset, isUnreachable, type NetworkFailure } from './failure.ts'
export { type JsonAnswer, type JsonRequest, requestJson } from './json.ts'
