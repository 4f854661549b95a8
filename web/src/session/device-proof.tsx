import { useEffect, useState } from 'react'
import { useLocation } from 'wouter'
import { announce, useSession, useSignInUrl } from '@gatehouse/react'
import { actions } from '../api/words.ts'
import { Button, ButtonLink } from '../ui/button.tsx'
import { MessageCard } from '../ui/card.tsx'
import { shield } from '../ui/icons.generated.ts'
import { focusHeading, PageFocus } from '../ui/page-focus.tsx'
import { deviceProof as words } from './device-proof-words.ts'
import css from '../api/error-card.module.css'

/** There is a session, and this browser has not proven that it is on the device to which it is bound. */
export default function DeviceProof({ kind }: { kind: 'missing' | 'unsupported' }) {
  const [path] = useLocation()
  const { refetch, isFetching } = useSession()
  const [hasFailed, setHasFailed] = useState(false)
  const { title, text } = words[kind]
  useTitleBefore()
  useEffect(() => announce(title), [title])
  const tryAgain = async () => {
    const { data } = await refetch({ cancelRefetch: false })
    setHasFailed(!data?.signedIn)
    // The button goes with its page; the next one is drawn before this.
    if (data?.signedIn) setTimeout(focusHeading)
  }
  return (
    <MessageCard icon={shield} title={title} tone="warning">
      <PageFocus title={title} path={path} />
      <p>{text}</p>
      <div className={css.actions}>
        <Button onClick={() => void tryAgain()}>{actions.tryAgain}</Button>
        <ButtonLink variant="outline" href={useSignInUrl()}>
          {actions.signInAgain}
        </ButtonLink>
      </div>
      {hasFailed && !isFetching && <p role="alert">{words.failed}</p>}
    </MessageCard>
  )
}

/** A page that is not protected stays, and does not set its title again. */
function useTitleBefore(): void {
  const [before] = useState(() => document.title)
  useEffect(
    () => () => {
      document.title = before
    },
    [before],
  )
}
