import { lazy, Suspense, useCallback, useEffect, useState } from 'react'
import { reloadOnce } from '../../reload-on-stale-chunk.ts'
import { Badge } from '../../ui/badge.tsx'
import { Card } from '../../ui/card.tsx'
import { Details } from '../../ui/details.tsx'
import { checkCircle, shield, warning } from '../../ui/icons.generated.ts'
import css from './no-tokens.module.css'
import { noTokensWords as words, placeWords } from './words.ts'

/** Few readers open it. */
const TryIt = lazy(() => import('./try-it.tsx').catch(reloadOnce))

const placeNames = Object.keys(placeWords) as (keyof typeof placeWords)[]

/** Shows whether this browser stores a token, by counting what it stores. */
export function NoTokensCard() {
  const [found, count] = useBrowserStorage()
  const [trying, setTrying] = useState(false)
  return (
    <Card
      title={found?.tokens ? words.some(found.tokens) : words.none}
      icon={found?.tokens ? warning : shield}
      aside={<Verdict tokens={found?.tokens} />}
    >
      <p className={css.text}>{words.text}</p>
      <div className={css.proof}>
        <dl className={css.places}>
          {placeNames.map((place) => (
            <div key={place}>
              <dt>{placeWords[place]}</dt>
              <dd>
                <span className={css.count}>{found ? found[place].length : words.notCounted}</span>
                <Names names={found?.[place] ?? []} />
              </dd>
            </div>
          ))}
        </dl>
      </div>
      <Details title={words.tryIt} onOpen={() => setTrying(true)}>
        <Suspense>{trying && <TryIt stored={found?.local ?? []} count={count} />}</Suspense>
      </Details>
    </Card>
  )
}

/** Until it is counted, it keeps its place: the title beside it would get another line. */
function Verdict({ tokens }: { tokens: number | undefined }) {
  if (tokens) {
    return (
      <Badge tone="danger" icon={warning}>
        {words.badge(tokens)}
      </Badge>
    )
  }
  return (
    <span className={tokens === undefined ? css.uncounted : ''}>
      <Badge tone="success" icon={checkCircle}>
        {words.badgeNone}
      </Badge>
    </span>
  )
}

function Names({ names }: { names: string[] }) {
  const text = names.slice(0, 3).join(', ')
  return <span className={css.names}>{names.length > 3 ? `${text} …` : text}</span>
}

/** Counts on every focus of the window, every other second while it is visible, and when it is told to. */
function useBrowserStorage(): [BrowserStorage | undefined, () => void] {
  const [found, setFound] = useState<BrowserStorage>()
  const count = useCallback(() => {
    if (!document.hidden) void readBrowserStorage().then(setFound)
  }, [])
  useEffect(() => {
    count()
    const timer = setInterval(count, 2000)
    window.addEventListener('focus', count)
    return () => {
      clearInterval(timer)
      window.removeEventListener('focus', count)
    }
  }, [count])
  return [found, count]
}

/** What any script on this page could read: the places where other apps keep their tokens. */
type BrowserStorage = {
  cookies: string[]
  local: string[]
  session: string[]
  databases: string[]
  caches: string[]
  /** How many of the values look like a token. */
  tokens: number
}

/** Reads the names of all entries. A store that the browser refuses to open counts as empty. */
async function readBrowserStorage(): Promise<BrowserStorage> {
  const cookies = document.cookie.split('; ').filter(Boolean)
  const local = entries(() => localStorage)
  const session = entries(() => sessionStorage)
  const values = [
    ...cookies,
    ...local.map(([, value]) => value),
    ...session.map(([, value]) => value),
  ]
  return {
    cookies: cookies.map((cookie) => cookie.split('=')[0] ?? ''),
    local: local.map(([name]) => name),
    session: session.map(([name]) => name),
    databases: await namesOrNone(async () =>
      (await indexedDB.databases()).map(({ name }) => name ?? ''),
    ),
    caches: await namesOrNone(async () => (typeof caches === 'undefined' ? [] : caches.keys())),
    tokens: values.filter(looksLikeToken).length,
  }
}

/** A signed token has three parts of base64url with dots between; the first one begins with `{"`, encoded. */
function looksLikeToken(value: string): boolean {
  return /eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/.test(value)
}

function entries(open: () => Storage): [string, string][] {
  try {
    return Object.entries(open())
  } catch {
    return []
  }
}

async function namesOrNone(read: () => Promise<string[]>): Promise<string[]> {
  try {
    return await read()
  } catch {
    return []
  }
}
