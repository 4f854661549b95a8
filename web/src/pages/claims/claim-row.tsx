import { useEffect, useRef } from 'react'
import { Badge, type Tone } from '../../ui/badge.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { plainText, type Claim } from './claim-list.ts'
import css from './claim-row.module.css'
import { ClaimValue } from './claim-value.tsx'
import type { Use } from './explanation.ts'

const uses: Record<Use, { label: string; tone: Tone }> = {
  key: { label: 'Good key', tone: 'success' },
  access: { label: 'For access rules', tone: 'brand' },
  display: { label: 'Display only', tone: 'neutral' },
  ignore: { label: 'Ignore', tone: 'neutral' },
}

/** One claim: what it is called, what it says, what it means, and what it may be used for. */
export function ClaimRow({ claim, marked }: { claim: Claim; marked: boolean }) {
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
