import type { ReactNode } from 'react'
import { Answer } from '../api/answer.tsx'
import { Waiting } from '../ui/waiting.tsx'
import {
  identity,
  type KnownSession,
  SignedInContext,
  useSession,
  useSignInUrl,
} from '@gatehouse/react'
import { Details } from '../ui/details.tsx'
import { lock } from '../ui/icons.generated.ts'
import { MessageCard } from '../ui/message-card.tsx'
import { usePathname } from 'wouter/use-browser-location'
import { PageArrival } from '../ui/focus.tsx'
import css from './require-sign-in.module.css'

type Props = { children: ReactNode }

/** Shows a protected page to the signed-in alone. The server decides again for every piece of data. */
export function RequireSignIn({ children }: Props) {
  const session = useSession()
  return (
    <Answer query={session} heading="h1">
      {(known) => <Protected session={known}>{children}</Protected>}
    </Answer>
  )
}

function Protected({ session, children }: Props & { session: KnownSession }) {
  if (session.signedIn) {
    // Another session gets a page of its own: no state of the first one survives.
    return (
      <SignedInContext key={identity(session)} value={session}>
        {children}
      </SignedInContext>
    )
  }
  // The dialog of `SessionEnd` stands before an empty page.
  if (session.gone === 'ended') return null
  return session.gone === 'leaving' ? <Waiting /> : <SignInNeeded />
}

/** What a protected page is to the signed-out. Its address stays, so that signing in leads back to it. */
function SignInNeeded() {
  return (
    <MessageCard icon={lock} title="401 · Sign-in needed">
      <PageArrival title="Sign-in needed" path={usePathname()} />
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

/** The way to sign in, drawn as Microsoft's branding rules want it: mark, words, colours and sizes. */
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
