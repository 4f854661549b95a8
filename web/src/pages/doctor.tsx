import type { Finding } from '@gatehouse/contract/doctor'
import { announce, useApi } from '@gatehouse/react'
import { api } from '@gatehouse/shared/paths'
import type { MessageOverrides } from '../api/error-messages.ts'
import { QueryView } from '../api/query-view.tsx'
import { Badge, type Tone } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import { CopyButton } from '../ui/copy-button.tsx'
import { DescriptionList } from '../ui/description-list.tsx'
import { formatTime } from '../ui/format.ts'
import { Icon } from '../ui/icon.tsx'
import {
  checkCircle,
  chevronRight,
  errorCircle,
  notMade,
  open,
  warning,
} from '../ui/icons.generated.ts'
import { Page } from '../ui/page.tsx'
import css from './doctor/doctor.module.css'
import { AllWell, NotChecked, TooOften, WrongAddress } from './doctor/notices.tsx'
import { languageOf, nameOf, reportOf, sumOf, withAddressBar, withStatus } from './doctor/report.ts'
import { whoWords, words } from './doctor/words.ts'

const messages = (): MessageOverrides => ({
  not_found: {
    title: words.developmentOnly,
    text: words.developmentOnlyText,
  },
  too_many_requests: {
    title: words.askedTooOften,
    text: words.askedTooOftenText,
  },
})

/** What prevents a sign-in. The page is public, because its reader may be unable to sign in. */
export default function Doctor() {
  const diagnosis = useApi(api.doctor)
  const { origin } = window.location
  const problem = diagnosis.failureReason
  const tooOften = problem?.code === 'too_many_requests' ? problem : undefined
  const check = async () => {
    // A screen reader says a sentence again only if another one came between.
    announce(words.checking)
    const { data, isError } = await diagnosis.refetch({ cancelRefetch: false })
    if (data && !isError) announce(words.checked(sumOf(withAddressBar(data, origin))))
  }
  if (diagnosis.error?.code === 'forbidden') {
    return (
      <Page title={words.title} lead={words.lead}>
        <WrongAddress />
      </Page>
    )
  }
  return (
    <Page title={words.title} lead={words.lead}>
      <QueryView query={diagnosis} messages={messages()}>
        {(data) => {
          const findings = withAddressBar(data, origin)
          const checkedAt = diagnosis.dataUpdatedAt
          return (
            <div className={css.report} aria-busy={diagnosis.isFetching}>
              <div className={css.actions}>
                <Button onClick={() => void check()}>
                  {diagnosis.isFetching ? words.checking : words.checkAgain}
                </Button>
                <CopyButton
                  text={reportOf(findings, origin, checkedAt)}
                  label={words.copyReport}
                  wide
                />
                <p className={css.when}>{words.checkedAt(formatTime(checkedAt))}</p>
              </div>
              {tooOften && <TooOften problem={tooOften} />}
              {diagnosis.isError && !tooOften && <NotChecked />}
              {withStatus(findings, 'fail').length + withStatus(findings, 'warn').length === 0 && (
                <AllWell passed={withStatus(findings, 'pass').length} />
              )}
              <Groups findings={findings} />
            </div>
          )
        }}
      </QueryView>
    </Page>
  )
}

interface Group {
  status: Finding['status']
  title: string
  tone: Tone
  icon: string
}

/** The worst first. */
const toDo = (): readonly Group[] => [
  { status: 'fail', title: words.failed, tone: 'danger', icon: errorCircle },
  { status: 'warn', title: words.warnings, tone: 'warning', icon: warning },
]
/** With nothing to do. */
const others = (): readonly Group[] => [
  { status: 'unknown', title: words.notChecked, tone: 'neutral', icon: notMade },
  { status: 'pass', title: words.passed, tone: 'success', icon: checkCircle },
]

/** The findings by status. */
function Groups({ findings }: { findings: Finding[] }) {
  return (
    <>
      {toDo().map((group) => (
        <ToDo key={group.status} group={group} findings={withStatus(findings, group.status)} />
      ))}
      {others().map((group) => (
        <Folded key={group.status} group={group} findings={withStatus(findings, group.status)} />
      ))}
    </>
  )
}

type GroupProps = { group: Group; findings: Finding[] }

function ToDo({ group, findings }: GroupProps) {
  if (findings.length === 0) return null
  return (
    <Card title={group.title} aside={<Count group={group} findings={findings} />}>
      <ul className={css.findings}>
        {findings.map((finding) => (
          // The id alone is not unique: each credential is a finding of its own.
          <li key={finding.id + finding.reason} className={css.finding} data-tone={group.tone}>
            <Icon path={group.icon} className={css.mark} />
            <div className={css.text}>
              <h3>{nameOf(finding)}</h3>
              <p className={css.reason} lang={languageOf(finding)}>
                {finding.reason}
              </p>
              <Remedy finding={finding} />
            </div>
          </li>
        ))}
      </ul>
    </Card>
  )
}

/** A closed group of short entries: what is to be done deserves the page. */
function Folded({ group, findings }: GroupProps) {
  if (findings.length === 0) return null
  return (
    <details className={css.folded}>
      <summary>
        <Icon path={chevronRight} size={16} className={css.chevron} />
        <h2>{group.title}</h2>
        <Count group={group} findings={findings} />
      </summary>
      <ul className={css.columns}>
        {findings.map((finding) => (
          <li key={finding.id + finding.reason} data-tone={group.tone}>
            <Icon path={group.icon} className={css.mark} />
            <p className={css.text}>
              <strong>{nameOf(finding)}</strong>{' '}
              <span className={css.reason} lang={languageOf(finding)}>
                {finding.reason}
              </span>
            </p>
          </li>
        ))}
      </ul>
    </details>
  )
}

function Count({ group: { tone, icon }, findings: { length } }: GroupProps) {
  return (
    <Badge tone={tone} icon={icon}>
      {words.checks(length)}
    </Badge>
  )
}

function Remedy({ finding }: { finding: Finding }) {
  const { who, next, copy, link } = finding
  return (
    <div className={css.remedy}>
      <DescriptionList
        items={[
          { name: words.whoCanFixIt, value: whoWords[who] },
          { name: words.nextStep, value: <span lang={languageOf(finding)}>{next}</span> },
        ]}
      />
      {copy && (
        <p className={css.copy}>
          <code>{copy}</code>
          <CopyButton text={copy} label={words.copy(copy)} />
        </p>
      )}
      {link && (
        <p className={css.copy}>
          <a href={link} target="_blank" rel="noreferrer" className={css.link}>
            {link.startsWith('https:') ? words.openRegistration : words.openControlPage}
            <Icon path={open} size={16} />
          </a>
        </p>
      )}
    </div>
  )
}
