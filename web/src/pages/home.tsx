import { pages } from '@gatehouse/shared/paths'
import { useLocation, useSearchParams } from 'wouter'
import { Failure } from '../api/failure.tsx'
import { useSession } from '../session/use-session.ts'
import { Waiting } from '../ui/waiting.tsx'
import { SignedInHome } from './home/signed-in-home.tsx'
import { SignedOutHome } from './home/signed-out-home.tsx'
import { SignedOutNote } from './home/signed-out-note.tsx'

/** The first page, and also where a sign-out ends. */
export default function Home() {
  const { data, error, refetch } = useSession()
  const [path] = useLocation()
  const [query] = useSearchParams()
  if (data?.signedIn) return <SignedInHome session={data} />
  if (data) {
    const justSignedOut = path === pages.signedOut
    return (
      <SignedOutHome
        note={justSignedOut && <SignedOutNote onlyHere={query.get('local') === '1'} />}
      />
    )
  }
  return error ? <Failure error={error} retry={refetch} /> : <Waiting />
}
