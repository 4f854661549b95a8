import { useEffect, useState } from 'react'
import { Badge } from '../../ui/badge.tsx'
import { Card } from '../../ui/card.tsx'
import { checkCircle, shield, warning } from '../../ui/icons.generated.ts'
import { readBrowserStorage, type BrowserStorage } from './browser-storage.ts'
import css from './proof.module.css'

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
