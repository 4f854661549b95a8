import { useCallback, useMemo } from 'react'
import { useSearchParams } from 'wouter'
import { readPlace, writePlace, type Place } from './list.ts'

type Go = (change: Partial<Place>, how?: { replace?: boolean }) => void

/** Where in the list the address bar points, and how to go somewhere else. */
export function usePlace(): [Place, Go] {
  const [query, setQuery] = useSearchParams()
  const place = useMemo(() => readPlace(query), [query])
  const go = useCallback<Go>(
    (change, how) => {
      // A change of what is listed starts at the first page; `change.page` says otherwise.
      setQuery((current) => writePlace({ ...readPlace(current), page: 1, ...change }), how)
    },
    [setQuery],
  )
  return [place, go]
}
