import { pages } from '@gatehouse/shared/paths'
import { useLocation, useSearchParams } from 'wouter'
import { Answer } from '../api/answer.tsx'
import { useSession } from '@gatehouse/react'
import { SignedInHome } from './home/signed-in.tsx'
import { SignedOutHome } from './home/signed-out.tsx'
import { SignedOutNote } from './home/status.tsx'

/** The first page, and also where a sign-out ends. */
export default function Home() {
  const session = useSession()
  return (
    <Answer query={session} heading="h1">
      {(known) => (known.signedIn ? <SignedInHome session={known} /> : <Front />)}
    </Answer>
  )
}

function Front() {
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
