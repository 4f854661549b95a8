import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import type { ApiProblem } from '../../api/api-problem.ts'
import { forgetPages, isOldCursor } from './users-query.ts'

/** Starts again from page 1 where the page's cursor has become too old, and tells whether it did. */
export function useRestart(error: ApiProblem | null, page: number, goToStart: () => void): boolean {
  const client = useQueryClient()
  const [restarted, setRestarted] = useState(false)
  const old = isOldCursor(error, page)
  if (old && !restarted) setRestarted(true)
  if (restarted && page > 1 && !error) setRestarted(false)
  useEffect(() => {
    if (!old) return
    goToStart()
    forgetPages(client)
  }, [old, client, goToStart])
  return restarted
}
