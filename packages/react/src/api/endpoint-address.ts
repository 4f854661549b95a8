import { ApiProblem } from './call.ts'

type Values = Readonly<Record<string, unknown>>

/** What an address is made of. Values of a list are repeated in the query; what is undefined is left out. */
export interface AddressParts {
  params?: Values
  query?: Values
}

/**
 * The address of an endpoint: its path with the parameters, and its query.
 *
 * @param path such as `/api/notes/:id`
 * @throws TypeError if a parameter is missing
 * @throws ApiProblem `not_found`, with the status 0, for a parameter that no address can hold. Browsers read `.` and `..`,
 * in any spelling, as folders (URL Standard, "double-dot URL path segment"): the request would reach another endpoint.
 */
export function endpointAddress(
  path: string,
  { params = {}, query = {} }: AddressParts = {},
): string {
  const filled = path.replace(/\/:(\w+)/g, (_, name: string) => {
    const value = params[name]
    if (value === undefined || value === null) {
      throw new TypeError(`${path} needs the parameter ${name}.`)
    }
    const text = asText(value)
    if (/^\.{0,2}$/.test(text) || !text.isWellFormed()) throw new ApiProblem('not_found', 0)
    return `/${encodeURIComponent(text)}`
  })
  const search = new URLSearchParams(
    Object.entries(query).flatMap(([name, value]) =>
      [value]
        .flat()
        .flatMap((one) => (one === undefined || one === null ? [] : [[name, asText(one)]])),
    ),
  ).toString()
  return search === '' ? filled : `${filled}?${search}`
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : String(value)
}
