import { api } from '@gatehouse/shared/paths'
import { Answer } from '../api/answer.tsx'
import type { OwnWords } from '../api/messages.ts'
import { announce, useApi } from '@gatehouse/react'
import { Button } from '../ui/button.tsx'
import { CopyButton } from '../ui/copy-button.tsx'
import { formatTime } from '../ui/format.ts'
import { checkCircle, errorCircle, warning } from '../ui/icons.generated.ts'
import { Note } from '../ui/note.tsx'
import { Page } from '../ui/page.tsx'
import { nameOf, reportOf, sumOf, whoInWords, withAddressBar } from './doctor/report.ts'
import css from './doctor/doctor.module.css'
import { TooOften } from './doctor/too-often.tsx'
import { WrongAddress } from './doctor/wrong-address.tsx'
import type { Finding } from '@gatehouse/contract/doctor'
import { Badge } from '../ui/badge.tsx'
import { Card } from '../ui/card.tsx'
import { Facts } from '../ui/facts.tsx'
import { Icon } from '../ui/icon.tsx'

const words: OwnWords = {
  not_found: {
    title: 'This page is for development',
    text: 'Elsewhere it would tell strangers about the configuration. Run “npm run doctor” where the app runs: it says the same.',
  },
  too_many_requests: {
    title: 'Checked too often',
    text: 'Each check asks Entra ID, so the server checks a few times a minute at most.',
  },
}

const lead =
  'Everything that a sign-in depends on: how it is, who can change it, and the next step.'

/** What stands between this app and a sign-in. It is needed most by somebody who cannot sign in. */
export default function Doctor() {
  const diagnosis = useApi(api.doctor)
  const { origin } = window.location
  // The last check while it waits to be made again, and after it failed.
  const problem = diagnosis.failureReason
  const tooOften = problem?.code === 'too_many_requests' ? problem : undefined
  const check = async () => {
    // Said first, or the same result again would be no news to a screen reader.
    announce('Checking')
    const { data, isError } = await diagnosis.refetch({ cancelRefetch: false })
    if (data && !isError) announce(`Checked. ${sumOf(withAddressBar(data, origin))}`)
  }
  if (diagnosis.error?.code === 'forbidden') {
    return (
      <Page title="Doctor" lead={lead}>
        <WrongAddress />
      </Page>
    )
  }
  return (
    <Page title="Doctor" lead={lead}>
      <Answer query={diagnosis} words={words}>
        {(data) => {
          const findings = withAddressBar(data, origin)
          const checkedAt = diagnosis.dataUpdatedAt
          return (
            <div className={css.report} aria-busy={diagnosis.isFetching}>
              <div className={css.actions}>
                <Button onClick={() => void check()}>
                  {diagnosis.isFetching ? 'Checking …' : 'Check again'}
                </Button>
                <CopyButton
                  text={reportOf(findings, origin, checkedAt)}
                  label="Copy the report"
                  wide
                />
                <p className={css.when}>Checked: {formatTime(checkedAt)}</p>
              </div>
              {tooOften && <TooOften problem={tooOften} />}
              {diagnosis.isError && !tooOften && <NotChecked />}
              {findings.every(({ status }) => status === 'pass') && <AllWell />}
              <Groups findings={findings} />
            </div>
          )
        }}
      </Answer>
    </Page>
  )
}

function AllWell() {
  return (
    <Note icon={checkCircle} tone="success">
      <p>Nothing stands in the way of a sign-in.</p>
    </Note>
  )
}

function NotChecked() {
  return (
    <div role="alert">
      <Note icon={warning} tone="warning">
        <p>The server did not answer just now. What you see is from the last check.</p>
      </Note>
    </div>
  )
}

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
