import type { Finding } from '@gatehouse/shared/doctor'
import { Badge } from '../../ui/badge.tsx'
import { Card } from '../../ui/card.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { Facts } from '../../ui/facts.tsx'
import { Icon } from '../../ui/icon.tsx'
import { checkCircle, errorCircle, warning } from '../../ui/icons.generated.ts'
import css from './doctor.module.css'
import { nameOf, whoInWords } from './words.ts'

/** The worst first. */
const groups = [
  { status: 'fail', title: 'To fix', tone: 'danger', icon: errorCircle },
  { status: 'warn', title: 'To look at', tone: 'warning', icon: warning },
  { status: 'pass', title: 'In order', tone: 'success', icon: checkCircle },
] as const

/** What was found, by how bad it is. */
export function Groups({ findings }: { findings: Finding[] }) {
  return groups.map(({ status, title, tone, icon }) => {
    const own = findings.filter((finding) => finding.status === status)
    if (own.length === 0) return null
    const count = (
      <Badge tone={tone} icon={icon}>
        {own.length === 1 ? '1 check' : `${own.length} checks`}
      </Badge>
    )
    return (
      <Card key={status} title={title} aside={count}>
        <ul className={css.findings}>
          {own.map((finding) => (
            // Several may have one name: each credential is a finding of its own.
            <li key={finding.id + finding.reason} className={css.finding} data-tone={tone}>
              <Icon path={icon} className={css.mark} />
              <div className={css.text}>
                <h3>{nameOf(finding)}</h3>
                <p className={css.reason}>{finding.reason}</p>
                {status !== 'pass' && <Remedy finding={finding} />}
              </div>
            </li>
          ))}
        </ul>
      </Card>
    )
  })
}

function Remedy({ finding: { who, next, copy } }: { finding: Finding }) {
  return (
    <div className={css.remedy}>
      <Facts
        facts={[
          { name: 'Who can fix it', value: whoInWords[who] },
          { name: 'Next step', value: next },
        ]}
      />
      {copy && (
        <p className={css.copy}>
          <code>{copy}</code>
          <CopyButton text={copy} label={`Copy ${copy}`} />
        </p>
      )}
    </div>
  )
}
