import { lazy, type ReactNode, Suspense } from 'react'
import { useLocation } from 'wouter'
import {
  ApiProblem,
  identity,
  type KnownSession,
  SignedInContext,
  useSession,
  useSignInUrl,
  useUser,
} from '@gatehouse/react'
import { ErrorCard } from '../api/error-card.tsx'
import { QueryView } from '../api/query-view.tsx'
import { failures } from '../api/words.ts'
import { reloadOnce } from '../reload-on-stale-chunk.ts'
import { StatusCode } from './status-code.tsx'
import { MessageCard } from '../ui/card.tsx'
import { lock } from '../ui/icons.generated.ts'
import { PageFocus } from '../ui/page-focus.tsx'
import { Spinner } from '../ui/progress.tsx'
import { microsoftMark } from './microsoft-mark.ts'
import css from './require-sign-in.module.css'
import { signInNeeded as words } from './words.ts'

type Props = { children: ReactNode }
type SignedOut = Extract<KnownSession, { signedIn: false }>

/** Few readers ever see it. */
const DeviceProof = lazy(() => import('./device-proof.tsx').catch(reloadOnce))

/** Shows a protected page to signed-in users. The server checks every request for data again. */
export function RequireSignIn({ children }: Props) {
  const session = useSession()
  return (
    <QueryView query={session} heading="h1">
      {(known) => <Protected session={known}>{children}</Protected>}
    </QueryView>
  )
}

function Protected({ session, children }: Props & { session: KnownSession }) {
  if (session.signedIn) {
    // The key remounts the page for another session, so that no state of the first one survives.
    return (
      <SignedInContext key={identity(session)} value={session}>
        {children}
      </SignedInContext>
    )
  }
  // `SessionWatch` shows its dialog over an empty page.
  if (session.reason === 'ended') return null
  return session.reason === 'signing-out' ? <Spinner /> : <SignInNeeded session={session} />
}

/**
 * Replaces a protected page for a signed-out user. The address stays, so that a sign-in leads back to it. A reason
 * is given only if it is known: who opens a link for the first time has signed out of nothing.
 */
export function SignInNeeded({ session: { reason, ended, deviceProof } }: { session: SignedOut }) {
  const [path] = useLocation()
  if (deviceProof) {
    return (
      <Suspense fallback={<Spinner />}>
        <DeviceProof kind={deviceProof} />
      </Suspense>
    )
  }
  const why = reason === 'signed-out' ? words.signedOut : ended && words.ended
  return (
    <MessageCard icon={lock} title={words.title}>
      <PageFocus title={words.title} path={path} />
      <StatusCode code={401} />
      {why && <p>{why}</p>}
      <p>{words.text}</p>
      <SignInButton />
    </MessageCard>
  )
}

/**
 * Shows a page to users with one of the roles, below `RequireSignIn`. It spares them a page that cannot work: what keeps
 * the data from them is `requireRole` of the route.
 */
export function RequireRole({ anyOf, children }: Props & { anyOf: readonly string[] }) {
  const { roles } = useUser()
  const [path] = useLocation()
  if (anyOf.some((role) => roles.includes(role))) return children
  const problem = new ApiProblem('forbidden', 403, { problem: { roles: [...anyOf] } })
  return (
    <>
      <PageFocus title={failures.roleMissing.title} path={path} />
      <ErrorCard error={problem} retry={() => undefined} heading="h1" />
    </>
  )
}

/** Starts a sign-in. Logo, text, colours and sizes follow Microsoft's branding rules. */
export function SignInButton() {
  return (
    <a className={css.button} href={useSignInUrl()}>
      <svg className={css.mark} viewBox="0 0 21 21" width="21" height="21" aria-hidden="true">
        {microsoftMark.paths.map(([fill, d]) => (
          <path key={fill} fill={fill} d={d} />
        ))}
      </svg>
      {words.withMicrosoft}
    </a>
  )
}
