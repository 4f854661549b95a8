/** `/{id}` or `(name='value')`: how Graph names one object. */

export interface ObjectKey {
  /** `id`, `appId` or `uniqueName`. */
  name: string
  value: string
}

/** Both forms of an address, for routes: the parameter is called `key`. */
export function keyed(collection: string, rest = ''): string[] {
  return [`/${collection}/:key${rest}`, `/${collection}(:key${rest}`]
}

/** @param text what stands behind `/` or `(` */
export function parseKey(text: string): ObjectKey {
  const [, name, value] = /^(\w+)='((?:[^']|'')*)'\)$/.exec(text) ?? []
  if (name !== undefined && value !== undefined) return { name, value: value.replaceAll("''", "'") }
  return { name: 'id', value: text }
}
