import type { CheckResult, Claims } from '@gatehouse/shared/claims'
import { Badge } from '../../ui/badge.tsx'
import { checkCircle, errorCircle, notMade } from '../../ui/icons.generated.ts'
import { Time } from '../../ui/time.tsx'
import css from './checks.module.css'

const names: Record<keyof Claims['checks'], string> = {
  signature: 'Signature',
  issuer: 'Issuer',
  audience: 'Audience',
  nonce: 'Nonce',
  expiry: 'Expiry',
}

type Props = Pick<Claims, 'checks' | 'receivedAt'>

/** What the server checked before it believed the token, and nothing that it did not. */
export function Checks({ checks, receivedAt }: Props) {
  return (
    <div className={css.checks}>
      <h2>Checked by the server</h2>
      <ul>
        {Object.entries(names).map(([check, name]) => (
          <li key={check}>
            <Check name={name} result={checks[check as keyof typeof names]} />
          </li>
        ))}
      </ul>
      <p>
        <Time at={Date.parse(receivedAt)} />
      </p>
    </div>
  )
}

function Check({ name, result }: { name: string; result: CheckResult | undefined }) {
  if (result === 'passed') {
    return (
      <Badge tone="success" icon={checkCircle}>
        {name} <span className="hidden-visually">passed</span>
      </Badge>
    )
  }
  const missing = result === 'not_made' || result === undefined
  return (
    <Badge tone={missing ? 'warning' : 'danger'} icon={missing ? notMade : errorCircle}>
      {name}: {missing ? 'not made' : 'failed'}
    </Badge>
  )
}
