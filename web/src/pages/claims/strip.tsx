/** What is known of the token as a whole: the checks that the server made, and how long it lasts. */
import type { CheckResult, Claims } from '@gatehouse/contract/claims'
import { useServerNow } from '@gatehouse/react'
import { Badge } from '../../ui/badge.tsx'
import { formatDuration } from '../../ui/format.ts'
import { checkCircle, errorCircle, notMade } from '../../ui/icons.generated.ts'
import { ProgressBar } from '../../ui/progress.tsx'
import { Time } from '../../ui/time.tsx'
import { timeOf } from './claim-list.ts'
import css from './claims.module.css'
import { words } from './words.ts'

type ChecksProps = Pick<Claims, 'checks' | 'receivedAt'>

const checkNames = ['signature', 'issuer', 'audience', 'nonce', 'expiry'] as const

/** The checks that the server made of the token, and those that it did not make. */
export function Checks({ checks, receivedAt }: ChecksProps) {
  return (
    <div className={css.checks}>
      <div className={css.title}>
        <h2>{words.validated}</h2>
        <Time at={Date.parse(receivedAt)} short />
      </div>
      <ul>
        {checkNames.map((name) => (
          <li key={name}>
            <Check name={words[name]} result={checks[name]} />
          </li>
        ))}
      </ul>
    </div>
  )
}

function Check({ name, result }: { name: string; result: CheckResult | undefined }) {
  if (result === 'passed') {
    return (
      <Badge tone="success" icon={checkCircle}>
        {name} <span className="hidden-visually">{words.passed}</span>
      </Badge>
    )
  }
  const missing = result === 'not_made' || result === undefined
  return (
    <Badge tone={missing ? 'warning' : 'danger'} icon={missing ? notMade : errorCircle}>
      {missing ? words.notChecked(name) : words.failed(name)}
    </Badge>
  )
}

type LifetimeProps = {
  /** Claims, in seconds since 1970. */
  issued: unknown
  expires: unknown
  receivedAt: string
}

/** How much of the token's lifetime is left. */
export function Lifetime({ issued, expires, receivedAt }: LifetimeProps) {
  const now = useServerNow(15_000)
  const [from, to] = [timeOf(issued), timeOf(expires)]
  if (from === undefined || to === undefined) return null
  const left = to > now ? words.left(formatDuration(to - now)) : words.noneLeft
  return (
    <div className={css.lifetime}>
      <div className={css.title}>
        <h2>{words.lifetime}</h2>
        <span>{left}</span>
      </div>
      <ProgressBar label={left} value={to - now} max={to - from} />
      <dl>
        <div>
          <dt>{words.issued}</dt>
          <dd>
            <Time at={from} />
          </dd>
        </div>
        <div>
          <dt>{to > now ? words.expires : words.expired}</dt>
          <dd>
            <Time at={to} />
          </dd>
        </div>
      </dl>
      {isSetBack(from, Date.parse(receivedAt)) && <p>{words.setBack}</p>}
    </div>
  )
}

/** Whether a token that has just come was issued about five minutes before, which looks like a mistake. In ms. */
export function isSetBack(issuedAt: number, receivedAt: number): boolean {
  const minutes = (receivedAt - issuedAt) / 60_000
  return minutes > 4 && minutes < 7
}
