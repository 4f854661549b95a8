import type { ReactNode } from 'react'
import { useLocation } from 'wouter'
import {
  identity,
  type KnownSession,
  SignedInContext,
  useSession,
  useSignInUrl,
} from '@gatehouse/react'
import { QueryView } from '../api/query-view.tsx'
import { MessageCard } from '../ui/card.tsx'
import { Details } from '../ui/details.tsx'
import { lock } from '../ui/icons.generated.ts'
import { PageFocus } from '../ui/page-focus.tsx'
import { Spinner } from '../ui/progress.tsx'
import css from './require-sign-in.module.css'

type Props = { children: ReactNode }

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
  return session.reason === 'signing-out' ? <Spinner /> : <SignInNeeded />
}

/** Replaces a protected page for a signed-out user. The address stays, so that a sign-in leads back to it. */
function SignInNeeded() {
  const [path] = useLocation()
  return (
    <MessageCard icon={lock} title="401 · Sign-in needed">
      <PageFocus title="Sign-in needed" path={path} />
      <p>
        This page is for people who are signed in. After signing in you come straight back here.
      </p>
      <SignInButton />
      <Details title="Why am I seeing this?">
        <p>
          You opened a page that shows data of your organisation, and this browser has no session:
          you have not signed in yet, you signed out, or the session ended because nothing happened
          for a while. No data was loaded.
        </p>
      </Details>
    </MessageCard>
  )
}

/** Starts a sign-in. Logo, text, colours and sizes follow Microsoft's branding rules. */
export function SignInButton() {
  return (
    <a className={css.button} href={useSignInUrl()}>
      <svg className={css.mark} viewBox="0 0 21 21" width="21" height="21" aria-hidden="true">
        <path fill="#f25022" d="M0 0h10v10H0z" />
        <path fill="#7fba00" d="M11 0h10v10H11z" />
        <path fill="#00a4ef" d="M0 11h10v10H0z" />
        <path fill="#ffb900" d="M11 11h10v10H11z" />
      </svg>
      Sign in with Microsoft
    </a>
  )
}
