import { useState } from 'react'
import { announce, useApi } from '@gatehouse/react'
import { api } from '@gatehouse/shared/paths'
import { QueryView } from '../api/query-view.tsx'
import { Button } from '../ui/button.tsx'
import { Callout } from '../ui/callout.tsx'
import { checkCircle, info } from '../ui/icons.generated.ts'
import { Page } from '../ui/page.tsx'
import { EndOthers } from './sessions/end-sessions.tsx'
import { EndedSessions } from './sessions/ended-sessions.tsx'
import { SessionTable } from './sessions/session-table.tsx'
import { sortOut } from './sessions/sign-in-facts.ts'
import { words } from './sessions/words.ts'

/** Rows on the first page. Most people have two or three; the server keeps a hundred at most. */
const pageSize = 20

/** The user's own sessions, each with a button to end it. */
export default function Sessions() {
  const own = useApi(api.sessions)
  const [shown, setShown] = useState(pageSize)
  const [done, setDone] = useState<string>()
  const say = (text: string) => {
    setDone(text)
    announce(text)
  }
  return (
    <Page title={words.title} lead={words.lead}>
      {done && (
        <Callout icon={checkCircle} tone="success">
          <p>{done}</p>
        </Callout>
      )}
      <QueryView query={own} placeholder={<SessionTable sessions={undefined} />}>
        {({ sessions: all }) => {
          const { sessions, ended } = sortOut(all)
          return (
            <>
              <EndedSessions
                sessions={ended}
                onRemoved={(device) => say(words.theft.removed(device))}
              />
              <SessionTable
                sessions={sessions}
                shown={shown}
                onEnded={(device) => say(words.signedOutOf(device))}
              />
              {sessions.length > shown && (
                <div>
                  <Button variant="outline" onClick={() => setShown(shown + pageSize)}>
                    {words.more(Math.min(pageSize, sessions.length - shown), sessions.length)}
                  </Button>
                </div>
              )}
              {sessions.length > 1 ? (
                <EndOthers
                  count={sessions.length - 1}
                  onEnded={() => say(words.signedOutElsewhere)}
                />
              ) : (
                <Callout icon={info}>
                  <p>{words.onlyHere}</p>
                </Callout>
              )}
            </>
          )
        }}
      </QueryView>
    </Page>
  )
}
