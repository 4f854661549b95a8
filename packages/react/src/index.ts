/** The session, calls to the app's own API, and errors, as React hooks without styles. */
export {
  returnTo,
  signOutMutation,
  useContinueUrl,
  useExtendSession,
  useSignInUrl,
  useSignOut,
} from './actions.ts'
export { announce, liveRegionId } from './announce.ts'
export { ApiProblem, call, openAgainAt, readProblem, type FailureCode } from './call.ts'
export {
  apiQuery,
  createQueryClient,
  restarts,
  retryDelay,
  shouldRetry,
  useApi,
  type Register,
} from './query.ts'
export { serverNow, setServerClock, useServerNow } from './server-clock.ts'
export { canBeExtended, timeLeft, useSessionEnding, useSessionWatch } from './session-watch.ts'
export {
  identity,
  sessionQuery,
  setSession,
  setSignedOut,
  SignedInContext,
  useSession,
  useUser,
  type Gone,
  type KnownSession,
} from './session.ts'
