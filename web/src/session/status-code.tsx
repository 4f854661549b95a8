import { useSession } from '@gatehouse/react'
import { Badge } from '../ui/badge.tsx'

/** The HTTP status behind a page, for its developer: a number tells other people nothing. */
export function StatusCode({ code }: { code: 401 | 403 | 404 }) {
  const { data } = useSession()
  return data?.development ? <Badge>{code}</Badge> : null
}
