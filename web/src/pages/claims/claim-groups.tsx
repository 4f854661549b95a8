import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react'
import { useLocationProperty } from 'wouter/use-browser-location'
import { Button } from '../../ui/button.tsx'
import css from './claim-groups.module.css'
import {
  type Claim,
  explainAll,
  groupNames,
  groupTitles,
  matches,
  plainText,
  timeOf,
} from './claim-list.ts'
import { Icon } from '../../ui/icon.tsx'
import { chevronRight } from '../../ui/icons.generated.ts'
import { Badge, type Tone } from '../../ui/badge.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import type { Use } from './explanations.ts'
import { Time } from '../../ui/time.tsx'

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

type SectionProps = { title: string; count: number; open: boolean; children: ReactNode }

/** A group that can be folded. `open` is where it starts; when it changes, the group follows. */
function Group({ title, count, open, children }: SectionProps) {
  const [wanted, setWanted] = useState(open)
  const [before, setBefore] = useState(open)
  if (before !== open) {
    setBefore(open)
    setWanted(open)
  }
  return (
    <details
      className={css.group}
      open={wanted}
      onToggle={(event) => setWanted(event.currentTarget.open)}
    >
      <summary>
        <Icon path={chevronRight} size={16} />
        <h2>{title}</h2>
        <span className={css.count}>{count}</span>
      </summary>
      <dl>{children}</dl>
    </details>
  )
}

const uses: Record<Use, { label: string; tone: Tone }> = {
  key: { label: 'Good key', tone: 'success' },
  access: { label: 'For access rules', tone: 'brand' },
  display: { label: 'Display only', tone: 'neutral' },
  ignore: { label: 'Ignore', tone: 'neutral' },
}

/** One claim: what it is called, what it says, what it means, and what it may be used for. */
function ClaimRow({ claim, marked }: { claim: Claim; marked: boolean }) {
  const row = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (marked) row.current?.scrollIntoView({ block: 'center' })
  }, [marked])
  const use = claim.use && uses[claim.use]
  return (
    <div ref={row} id={claim.name} className={css.row} data-marked={marked}>
      <dt className={css.term}>
        <span className={css.label}>{claim.label}</span>
        <a href={`#${encodeURIComponent(claim.name)}`}>
          <code>{claim.name}</code>
        </a>
      </dt>
      <dd className={css.said}>
        <div className={css.value}>
          <ClaimValue claim={claim} />
          <CopyButton text={plainText(claim.value)} label={`Copy ${claim.name}`} />
        </div>
        <p className={css.meaning}>{claim.meaning}</p>
      </dd>
      <dd className={css.use}>{use && <Badge tone={use.tone}>{use.label}</Badge>}</dd>
    </div>
  )
}

/** The value of a claim, drawn by what it is. A value of another shape than expected is shown as it came. */
function ClaimValue({ claim: { kind, value } }: { claim: Claim }) {
  if (kind === 'time') {
    const at = timeOf(value)
    if (at !== undefined) return <Time at={at} />
  }
  if (Array.isArray(value)) return <Chips values={value} />
  if (typeof value !== 'string' && typeof value !== 'number') {
    return <pre className={css.code}>{JSON.stringify(value, null, 2)}</pre>
  }
  return <span className={kind === 'text' ? css.text : css.code}>{plainText(value)}</span>
}

function Chips({ values }: { values: unknown[] }) {
  if (!values.length) return <span className={css.empty}>none</span>
  return (
    <ul className={css.chips}>
      {[...new Set(values.map(plainText))].map((value) => (
        <li key={value}>{value}</li>
      ))}
    </ul>
  )
}
