import { useLocation, useSearchParams } from 'wouter'
import { useSession } from '@gatehouse/react'
import { pages } from '@gatehouse/shared/paths'
import { QueryView } from '../api/query-view.tsx'
import { SignedInHome } from './home/signed-in.tsx'
import { SignedOutHome } from './home/signed-out.tsx'
import { SignedOutNote } from './home/status.tsx'

/** The first page, and the page where a sign-out ends. */
export default function Home() {
  const session = useSession()
  return (
    <QueryView query={session} heading="h1">
      {(known) => (known.signedIn ? <SignedInHome session={known} /> : <SignedOut />)}
    </QueryView>
  )
}

function SignedOut() {
  const [path] = useLocation()
  const [query] = useSearchParams()
  const justSignedOut = path === pages.signedOut
  return (
    <SignedOutHome
      note={
        justSignedOut && (
          <SignedOutNote
            onlyHere={query.get('local') === '1'}
            notStored={query.get('server') === 'later'}
          />
        )
      }
    />
  )
}
