import { useMemo } from 'react'
import { useLocationProperty } from 'wouter/use-browser-location'
import { Button } from '../../ui/button.tsx'
import css from './claim-groups.module.css'
import { ClaimRow } from './claim-row.tsx'
import { explainAll, groupNames, groupTitles, matches, type Claim } from './claim-list.ts'
import { Group } from './group.tsx'

type Props = { claims: Record<string, unknown>; filter: string; clear: () => void }

/** Every claim, in groups; a filter or a link to a claim opens the group that it is in. */
export function ClaimGroups({ claims, filter, clear }: Props) {
  const all = useMemo(() => explainAll(claims), [claims])
  const linked = useLocationProperty(() => decode(window.location.hash))
  const found = all.filter((claim) => matches(claim, filter))
  if (!found.length) return <NoMatch filter={filter} clear={clear} />
  return (
    <div className={css.groups}>
      {groupNames.map((name) => (
        <GroupOf
          key={name}
          title={groupTitles[name]}
          claims={found.filter(({ group }) => group === name)}
          closed={name === 'security' && !filter}
          linked={linked}
        />
      ))}
    </div>
  )
}

type GroupProps = { title: string; claims: Claim[]; closed: boolean; linked: string }

function GroupOf({ title, claims, closed, linked }: GroupProps) {
  if (!claims.length) return null
  const open = !closed || claims.some(({ name }) => name === linked)
  return (
    <Group title={title} count={claims.length} open={open}>
      {claims.map((claim) => (
        <ClaimRow key={claim.name} claim={claim} marked={claim.name === linked} />
      ))}
    </Group>
  )
}

function NoMatch({ filter, clear }: { filter: string; clear: () => void }) {
  return (
    <div className={css.none}>
      <output>No claim matches “{filter}”.</output>
      <Button look="outline" onClick={clear}>
        Clear filter
      </Button>
    </div>
  )
}

function decode(hash: string): string {
  try {
    return decodeURIComponent(hash.slice(1))
  } catch {
    return ''
  }
}
