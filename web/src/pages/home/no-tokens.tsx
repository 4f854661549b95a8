import { useEffect, useState } from 'react'
import { Badge } from '../../ui/badge.tsx'
import { Card } from '../../ui/card.tsx'
import { checkCircle, shield, warning } from '../../ui/icons.generated.ts'
import css from './no-tokens.module.css'

const places = {
  cookies: 'Readable cookies',
  local: 'Local storage',
  session: 'Session storage',
  databases: 'IndexedDB',
  caches: 'Cache storage',
} as const

const placeNames = Object.keys(places) as (keyof typeof places)[]

/** Shows that there is nothing here to steal, by looking while you watch. */
export function Proof() {
  const found = useBrowserStorage()
  return (
    <Card
      title="No tokens in this browser"
      icon={shield}
      aside={found && <Verdict found={found} />}
    >
      <p className={css.text}>
        Whatever a script on this page could get hold of, counted just now. The session cookie is
        not among it: scripts cannot see it.
      </p>
      <dl className={css.places}>
        {placeNames.map((place) => (
          <div key={place}>
            <dt>{places[place]}</dt>
            <dd>
              <span className={css.count}>{found ? found[place].length : '–'}</span>
              {found && <Names names={found[place]} />}
            </dd>
          </div>
        ))}
      </dl>
    </Card>
  )
}

function Verdict({ found }: { found: BrowserStorage }) {
  if (found.tokens) {
    return (
      <Badge tone="danger" icon={warning}>
        {found.tokens} found
      </Badge>
    )
  }
  return (
    <Badge tone="success" icon={checkCircle}>
      0 tokens
    </Badge>
  )
}

function Names({ names }: { names: string[] }) {
  const text = names.slice(0, 3).join(', ')
  return <span className={css.names}>{names.length > 3 ? `${text} …` : text}</span>
}

/** Counts again whenever the window gets the focus, and every other second while it has it. */
function useBrowserStorage(): BrowserStorage | undefined {
  const [found, setFound] = useState<BrowserStorage>()
  useEffect(() => {
    const count = () => {
      if (!document.hidden) void readBrowserStorage().then(setFound)
    }
    count()
    const timer = setInterval(count, 2000)
    window.addEventListener('focus', count)
    return () => {
      clearInterval(timer)
      window.removeEventListener('focus', count)
    }
  }, [])
  return found
}

/** What any script on this page could read: the very places where other apps keep their tokens. */
type BrowserStorage = {
  cookies: string[]
  local: string[]
  session: string[]
  databases: string[]
  caches: string[]
  /** How many of the values look like a token. */
  tokens: number
}

/** Counts what is there now. A store that the browser refuses to open holds nothing that we could read. */
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
    databases: await names(async () => (await indexedDB.databases()).map(({ name }) => name ?? '')),
    caches: await names(async () => (typeof caches === 'undefined' ? [] : caches.keys())),
    tokens: values.filter(looksLikeToken).length,
  }
}

/** A signed token is three parts of base64url with dots between; the first one begins with `{"` encoded. */
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

async function names(read: () => Promise<string[]>): Promise<string[]> {
  try {
    return await read()
  } catch {
    return []
  }
}
