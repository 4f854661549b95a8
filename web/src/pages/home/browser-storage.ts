/** What any script on this page could read: the very places where other apps keep their tokens. */
export type BrowserStorage = {
  cookies: string[]
  local: string[]
  session: string[]
  databases: string[]
  caches: string[]
  /** How many of the values look like a token. */
  tokens: number
}

/** Counts what is there now. A store that the browser refuses to open holds nothing that we could read. */
export async function readBrowserStorage(): Promise<BrowserStorage> {
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
export function looksLikeToken(value: string): boolean {
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
