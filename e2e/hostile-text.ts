/** Answers in which every text is an attack, to test how the page shows them. */

export const attacks = [
  '<img src=hostile onerror="globalThis.attacked=1">',
  '"><script>globalThis.attacked=1</script>',
  'javascript:globalThis.attacked=1',
  '</title><svg onload="globalThis.attacked=1">',
  "';globalThis.attacked=1//{{constructor.constructor('globalThis.attacked=1')()}}",
]

/** The value with the attacks, in turn, in place of the texts that `spoils` selects. */
export function hostile(value: unknown, spoils: (key: string) => boolean): unknown {
  let count = 0
  const next = () => attacks[count++ % attacks.length]
  const change = (one: unknown, key: string): unknown => {
    if (typeof one === 'string') return spoils(key) ? next() : one
    if (Array.isArray(one)) return one.map((item) => change(item, key))
    if (typeof one !== 'object' || one === null) return one
    return Object.fromEntries(Object.entries(one).map(([name, item]) => [name, change(item, name)]))
  }
  return change(value, '')
}
