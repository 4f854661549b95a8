/** Reads from an answer why it refuses the request: the code and the words that the client gets. */

/** What an answer says about a refused request. */
export interface RequestProblem {
  /** `AADSTS50011`, an error code of Graph, or an OAuth error. */
  code: string
  message: string
}

interface Answer {
  status: number
  location: string | undefined
  /** The body, if it is a text. */
  text: string | undefined
}

/** Undefined: the answer refuses nothing. */
export function problemOf({ status, location, text }: Answer): RequestProblem | undefined {
  if (location !== undefined) return inAddress(location)
  if (text === undefined) return undefined
  if (text.startsWith('{')) return status < 400 ? undefined : inJson(text)
  return inPage(text, status)
}

/** An error of the authorize endpoint goes to the application, in the query or the fragment. */
function inAddress(location: string): RequestProblem | undefined {
  const parameters = new URLSearchParams(location.split(/[?#]/, 2)[1] ?? '')
  const error = parameters.get('error')
  return error === null ? undefined : named(parameters.get('error_description') ?? '', error)
}

function inJson(text: string): RequestProblem | undefined {
  try {
    const { error, error_description: description } = JSON.parse(text) as Record<string, unknown>
    if (typeof error === 'string') return named(String(description), error)
    const { code, message } = error as Record<string, unknown>
    return { code: String(code), message: String(message) }
  } catch {
    return undefined
  }
}

/** A page of the tenant, or a form that posts an error to the application. */
function inPage(text: string, status: number): RequestProblem | undefined {
  const posted = /name="error_description" value="([^"]*)"/.exec(text)?.[1]
  const shown = status < 400 ? undefined : /AADSTS\d+: [^<]*/.exec(text)?.[0]
  const words = posted ?? shown
  return words === undefined ? undefined : named(unescaped(words), 'error')
}

/** @param description of Entra: `AADSTS…: words Trace ID: …` */
function named(description: string, error: string): RequestProblem {
  const [, number, words = ''] = /^(AADSTS\d+): (.*?)(?: Trace ID: .*)?$/s.exec(description) ?? []
  return number === undefined
    ? { code: error, message: description }
    : { code: number, message: words }
}

/** The pages escape characters by their numbers. */
function unescaped(text: string): string {
  return text.replaceAll(/&#(\d{2,3});/g, (_, number: string) =>
    String.fromCodePoint(Number(number)),
  )
}
