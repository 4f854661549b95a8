/** index.html with places for answers of the API, which the page then need not ask for. */
import { answersElement, sessionElement } from '@gatehouse/contract/paths'
import { type FixedText, fixedText } from './gzip.ts'

const places = [sessionElement, answersElement] as const

/** An answer of the API, as the page would get it. */
interface EmbeddedAnswer {
  status: number
  /** In seconds. */
  retryAfter: string | undefined
  /** JSON text. */
  body: string
}

/** A page in the parts around the two places. */
export interface PageTemplate {
  beforeSession: FixedText
  beforeAnswers: FixedText
  end: FixedText
}

/** @returns undefined for an index.html without the two elements: its page asks for everything itself */
export function pageTemplate(html: string): PageTemplate | undefined {
  const [session, answers] = places.map((id) => endOfTag(html, id))
  if (session === undefined || answers === undefined || answers < session) return undefined
  return {
    beforeSession: fixedText(html.slice(0, session).replace(sessionPreload, '')),
    beforeAnswers: fixedText(html.slice(session, answers)),
    end: fixedText(html.slice(answers)),
  }
}

/** For a page that comes without the answer. */
const sessionPreload = /\s*<link rel="preload" href="[^"]*\/api\/session"[^>]*>/

function endOfTag(html: string, id: string): number | undefined {
  const tag = new RegExp(`<script id="${id}" type="application/json">(?=</script>)`).exec(html)
  return tag ? tag.index + tag[0].length : undefined
}

/**
 * JSON for a data block of HTML: a script that is not JavaScript, so no policy has to allow it. `<` could end the block
 * or begin a comment in it (HTML Living Standard §4.12.1.3).
 *
 * @param answers by the address that the page asks
 */
export function asDataBlock(answers: Readonly<Record<string, EmbeddedAnswer>>): string {
  const members = Object.entries(answers).map(([address, { status, retryAfter, body }]) => {
    const wait = retryAfter === undefined ? '' : `"retryAfter":${JSON.stringify(retryAfter)},`
    return `${JSON.stringify(address)}:{"status":${status},${wait}"body":${body}}`
  })
  return `{${members.join(',')}}`
    .replaceAll('<', String.raw`\u003c`)
    .replaceAll('\u2028', String.raw`\u2028`)
    .replaceAll('\u2029', String.raw`\u2029`)
}
