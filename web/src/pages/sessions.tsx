import { useState } from 'react'
import { useApi } from '@gatehouse/react'
import { api } from '@gatehouse/shared/paths'
import { QueryView } from '../api/query-view.tsx'
import { Button } from '../ui/button.tsx'
import { Callout } from '../ui/callout.tsx'
import { info } from '../ui/icons.generated.ts'
import { Page } from '../ui/page.tsx'
import { EndOthers } from './sessions/end-sessions.tsx'
import { SessionTable } from './sessions/session-table.tsx'

/** Rows on the first page. Most people have two or three; the server keeps a hundred at most. */
const pageSize = 20

/** The user's own sessions, each with a button to end it. */
export default function Sessions() {
  const own = useApi(api.sessions)
  const [shown, setShown] = useState(pageSize)
  return (
    <Page
      title="Your sessions"
      lead="Where you are signed in to this app. End what you do not know or no longer use."
    >
      <QueryView query={own} placeholder={<SessionTable sessions={undefined} />}>
        {({ sessions }) => (
          <>
            <SessionTable sessions={sessions} shown={shown} />
            {sessions.length > shown && (
              <div>
                <Button variant="outline" onClick={() => setShown(shown + pageSize)}>
                  Show {Math.min(pageSize, sessions.length - shown)} more of {sessions.length}
                </Button>
              </div>
            )}
            {sessions.length > 1 ? (
              <EndOthers count={sessions.length - 1} />
            ) : (
              <Callout icon={info}>
                <p>You are signed in on this device only.</p>
              </Callout>
            )}
          </>
        )}
      </QueryView>
    </Page>
  )
}
