import { api } from '@gatehouse/shared/paths'
import { useState } from 'react'
import { Answer } from '../api/answer.tsx'
import { useApi } from '@gatehouse/react'
import { info } from '../ui/icons.generated.ts'
import { Button } from '../ui/button.tsx'
import { Note } from '../ui/note.tsx'
import { Page } from '../ui/page.tsx'
import { EndOthers } from './sessions/end-sessions.tsx'
import { SessionTable } from './sessions/session-table.tsx'

/** Rows on the first page. Most people have two or three; the server keeps a hundred at most. */
const pageSize = 20

/** Where the user is signed in, and the end of it. */
export default function Sessions() {
  const own = useApi(api.sessions)
  const [shown, setShown] = useState(pageSize)
  return (
    <Page
      title="Your sessions"
      lead="Where you are signed in to this app. End what you do not know or no longer use."
    >
      <Answer query={own} waiting={<SessionTable sessions={undefined} />}>
        {({ sessions }) => (
          <>
            <SessionTable sessions={sessions} shown={shown} />
            {sessions.length > shown && (
              <div>
                <Button look="outline" onClick={() => setShown(shown + pageSize)}>
                  Show {Math.min(pageSize, sessions.length - shown)} more of {sessions.length}
                </Button>
              </div>
            )}
            {sessions.length > 1 ? (
              <EndOthers count={sessions.length - 1} />
            ) : (
              <Note icon={info}>
                <p>You are signed in on this device only.</p>
              </Note>
            )}
          </>
        )}
      </Answer>
    </Page>
  )
}
