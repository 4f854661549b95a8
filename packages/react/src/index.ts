/** The session, calls to the app's own API, and errors, as React hooks without styles. */

// The session.
export {
  identity,
  sessionQuery,
  SignedInContext,
  useSession,
  useUser,
  type KnownSession,
  type SignOutReason,
} from './session/session.ts'
export type { SessionCheckStatus } from './session/session-check.ts'
export {
  canBeExtended,
  timeLeft,
  useSessionEnding,
  useSessionWatch,
} from './session/session-watch.ts'
export { useServerNow } from './session/server-clock.ts'

// Signing in and out.
export {
  useContinueUrl,
  useExtendSession,
  useReturnTo,
  useSignInUrl,
  useSignOut,
} from './actions.ts'

// The app's API.
export { apiQuery, useApi, type Register } from './api/use-api.ts'
export { fieldErrors, useApiMutation } from './api/change.ts'
export { useDraft } from './draft.ts'
export { createQueryClient } from './api/query.ts'
export { ApiProblem, call, retryAt, type FailureCode } from './api/call.ts'
export { pageSentAt, sentWithPage } from './api/sent-with-page.ts'

// Addresses and names of an app that is served under a path.
export { appAddress, basePath, currentPath } from './safe-address.ts'
export { storageName } from './storage.ts'

// Screen readers.
export { announce, liveRegionId } from './announce.ts'
