import { lazy, Suspense } from 'react'
import { useLocation, useSearchParams } from 'wouter'
import { type KnownSession, useSession } from '@gatehouse/react'
import { pages } from '@gatehouse/shared/paths'
import { QueryView } from '../api/query-view.tsx'
import { ForDevelopers } from '../development/lazy.tsx'
import { reloadOnce } from '../reload-on-stale-chunk.ts'
import { SignInNeeded } from '../session/require-sign-in.tsx'
import { Spinner } from '../ui/progress.tsx'
import { SignedInHome } from './home/signed-in.tsx'
import { SignedOutHome } from './home/signed-out.tsx'

/** Few visits begin with it. The page waits for it, so that it pushes nothing down. */
const SignedOutNote = lazy(() => import('./home/signed-out-note.tsx').catch(reloadOnce))

/** It stands last, and most readers come for what is above: so it is not part of the first download. */
const HowItWorks = lazy(() => import('./home/how-it-works.tsx').catch(reloadOnce))

/** The first page, and the page where a sign-out ends. */
export default function Home() {
  const session = useSession()
  return (
    <QueryView query={session} heading="h1">
      {(known) =>
        known.signedIn ? (
          <SignedInHome session={known}>
            <ForDevelopers session={known} />
            <Last session={known} />
          </SignedInHome>
        ) : known.reason === 'signing-out' ? (
          <Spinner />
        ) : known.deviceProof ? (
          // A reader of these lines has signed in.
          <SignInNeeded session={known} />
        ) : (
          <SignedOut session={known} />
        )
      }
    </QueryView>
  )
}

function SignedOut({ session }: { session: KnownSession }) {
  const [path] = useLocation()
  const [query] = useSearchParams()
  const note = path === pages.signedOut && (
    <SignedOutNote
      onlyHere={query.get('local') === '1'}
      notStored={query.get('server') === 'later'}
    />
  )
  return (
    <SignedOutHome note={note}>
      <ForDevelopers session={session} />
      <Last session={session} />
    </SignedOutHome>
  )
}

function Last({ session }: { session: KnownSession }) {
  return (
    <Suspense>
      <HowItWorks session={session} />
    </Suspense>
  )
}
