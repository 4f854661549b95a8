import { lazy, Suspense, useEffect } from 'react'
import { useLocation, useSearchParams } from 'wouter'
import { type KnownSession, useSession } from '@gatehouse/react'
import { pages } from '@gatehouse/shared/paths'
import { QueryView } from '../api/query-view.tsx'
import { ForDevelopers } from '../development/lazy.tsx'
import { reloadOnce } from '../reload-on-stale-chunk.ts'
import { SignedOutHome } from './home/signed-out.tsx'

/** The first lines for a new visitor are part of the first download; what others see, and what stands last, is not. */
const load = () => import('./home/rest.ts')
const SignedInHome = lazy(async () => ({ default: (await load().catch(reloadOnce)).SignedInHome }))
const HowItWorks = lazy(async () => ({ default: (await load().catch(reloadOnce)).HowItWorks }))

/** Few visits begin with it. The page waits for it, so that it pushes nothing down. */
const SignedOutNote = lazy(() => import('./home/signed-out-note.tsx').catch(reloadOnce))

/** The first page, and the page where a sign-out ends. */
export default function Home() {
  const session = useSession()
  // While the server says who is signed in.
  useEffect(() => void load().catch(() => undefined), [])
  return (
    <QueryView query={session} heading="h1">
      {(known) =>
        known.signedIn ? (
          <SignedInHome session={known}>
            <ForDevelopers session={known} />
            <Last session={known} />
          </SignedInHome>
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
