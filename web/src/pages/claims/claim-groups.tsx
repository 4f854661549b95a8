import { type ReactNode, useEffect, useRef, useState } from 'react'
import { useLocationProperty } from 'wouter/use-browser-location'
import { Badge } from '../../ui/badge.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { Icon } from '../../ui/icon.tsx'
import { chevronRight } from '../../ui/icons.generated.ts'
import { Match } from '../../ui/match.tsx'
import { Time } from '../../ui/time.tsx'
import { tones } from './claim-filter.tsx'
import css from './claim-groups.module.css'
import {
  type Claim,
  formatUtc,
  groupNames,
  isIdentifier,
  plainText,
  textToCopy,
  timeOf,
} from './claim-list.ts'
import { words } from './words.ts'

type Props = {
  /** The claims that the filter lets through. */
  claims: Claim[]
  filter: string
}

/** Claims in groups. A filter, or a link to a claim, opens the group of the claim. */
export function ClaimGroups({ claims, filter }: Props) {
  const linked = useLocationProperty(() => decode(window.location.hash))
  return (
    <div className={css.groups}>
      {groupNames.map((name) => (
        <ClaimGroup
          key={name}
          title={words.groups[name]}
          claims={claims.filter(({ group }) => group === name)}
          folded={name === 'security' && !filter}
          filter={filter}
          linked={linked}
        />
      ))}
    </div>
  )
}

type GroupProps = {
  title: string
  claims: Claim[]
  folded: boolean
  filter: string
  linked: string
}

function ClaimGroup({ title, claims, folded, filter, linked }: GroupProps) {
  if (!claims.length) return null
  const open = !folded || claims.some(({ name }) => name === linked)
  return (
    <Group title={title} count={claims.length} open={open}>
      {claims.map((claim) => (
        <ClaimRow key={claim.name} claim={claim} filter={filter} marked={claim.name === linked} />
      ))}
    </Group>
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

/** A group that can be folded. It starts as `open` says, and follows every change of it. */
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

type RowProps = { claim: Claim; filter: string; marked: boolean }

/** One claim: its name, what it may be used for, its value and its meaning. */
function ClaimRow({ claim, filter, marked }: RowProps) {
  const row = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (marked) row.current?.scrollIntoView({ block: 'center' })
  }, [marked])
  const found = (text: string) => <Match text={text} search={filter} at="anywhere" />
  return (
    <div ref={row} id={claim.name} className={css.row} data-marked={marked}>
      <dt className={css.term}>
        <span className={css.head}>
          <span className={css.label}>{found(claim.label)}</span>
          {claim.use && (
            <Badge tone={tones[claim.use]}>
              <span>{found(words.uses[claim.use])}</span>
            </Badge>
          )}
        </span>
        <a href={`#${encodeURIComponent(claim.name.toWellFormed())}`}>
          <code>{found(claim.name)}</code>
        </a>
      </dt>
      <dd className={css.said}>
        <div className={css.value}>
          <ClaimValue claim={claim} found={found} />
          <CopyButton text={textToCopy(claim)} label={words.copyClaim(claim.name)} />
        </div>
        <p className={css.meaning}>{found(claim.meaning)}</p>
      </dd>
    </div>
  )
}

type ValueProps = {
  claim: Claim
  /** Marks what the filter found. */
  found: (text: string) => ReactNode
}

/** The value of a claim, drawn by its kind. A value of an unexpected type is shown as JSON. */
function ClaimValue({ claim: { kind, value }, found }: ValueProps) {
  if (kind === 'time') {
    const at = timeOf(value)
    if (at !== undefined) return <Time at={at} title={words.timeToCopy(formatUtc(at), at / 1000)} />
  }
  if (Array.isArray(value)) return <Chips values={value} found={found} />
  if (typeof value !== 'string' && typeof value !== 'number') {
    return <pre className={css.code}>{JSON.stringify(value, null, 2)}</pre>
  }
  return <bdi className={kind === 'text' ? css.text : css.code}>{found(plainText(value))}</bdi>
}

function Chips({ values, found }: { values: unknown[]; found: ValueProps['found'] }) {
  if (!values.length) return <span className={css.empty}>{words.none}</span>
  return (
    <ul className={css.chips}>
      {[...new Set(values.map(plainText))].map((value) => (
        <li key={value} className={isIdentifier(value) ? css.code : css.text}>
          {found(value)}
        </li>
      ))}
    </ul>
  )
}
