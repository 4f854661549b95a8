import { useQuery } from '@tanstack/react-query'
import { api } from '@gatehouse/shared/paths'
import type { Problem } from '@gatehouse/contract/problem'
import { warning } from '../../ui/icons.generated.ts'
import { MessageCard } from '../../ui/message-card.tsx'

/** The server answers at its own address only, and its refusal names that address. */
export function WrongAddress() {
  const { data: sentence } = useQuery({ queryKey: ['doctor', 'refusal'], queryFn: readRefusal })
  return (
    <MessageCard
      icon={warning}
      tone="warning"
      title="Open the app at its own address"
      heading="h2"
      alert
    >
      <p>{sentence ?? 'The server answers at the address that publicUrl names.'}</p>
      <p>At any other address, a website could read the configuration.</p>
    </MessageCard>
  )
}

/** Asks once more for the sentence, because `ApiProblem` keeps the code only. It costs the server nothing. */
async function readRefusal({ signal }: { signal: AbortSignal }): Promise<string | null> {
  const response = await fetch(api.doctor, { headers: { accept: 'application/json' }, signal })
  const { detail }: Partial<Problem> = await response.json()
  return detail ?? null
}
