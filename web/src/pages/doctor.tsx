import { api } from '@gatehouse/shared/paths'
import { Answer } from '../api/answer.tsx'
import type { OwnWords } from '../api/problem-words.ts'
import { useApi } from '../api/use-api.ts'
import { announce } from '../ui/announce.ts'
import { Button } from '../ui/button.tsx'
import { CopyButton } from '../ui/copy-button.tsx'
import { formatTime } from '../ui/format-time.ts'
import { checkCircle, warning } from '../ui/icons.generated.ts'
import { Note } from '../ui/note.tsx'
import { Page } from '../ui/page.tsx'
import { withAddressBar } from './doctor/address-bar.ts'
import css from './doctor/doctor.module.css'
import { Groups } from './doctor/groups.tsx'
import { reportOf } from './doctor/report.ts'
import { TooOften } from './doctor/too-often.tsx'
import { sumOf } from './doctor/words.ts'
import { WrongAddress } from './doctor/wrong-address.tsx'

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
