import { type Explanation, explanations, type Group, type Kind } from './explanations.ts'
import { words } from './words.ts'

export type Claim = Explanation & { name: string; value: unknown; known: boolean }

export const groupNames = [
  'you',
  'organisation',
  'token',
  'security',
  'other',
] as const satisfies readonly Group[]

/** Every claim of the token with its explanation, in the order of `explanations`; unknown claims come last. */
export function explainAll(claims: Record<string, unknown>): Claim[] {
  const order = Object.keys(explanations)
  const rank = (name: string) => (order.indexOf(name) + order.length + 1) % (order.length + 1)
  return Object.entries(claims)
    .map(([name, value]) => explain(name, value))
    .toSorted((a, b) => rank(a.name) - rank(b.name) || a.name.localeCompare(b.name))
}

function explain(name: string, value: unknown): Claim {
  const known = Object.hasOwn(explanations, name) ? explanations[name] : undefined
  if (known) return { ...known, name, value, known: true }
  return {
    name,
    value,
    known: false,
    label: words.custom,
    group: 'other',
    kind: kindOf(value),
    meaning: words.customMeaning,
  }
}

function kindOf(value: unknown): Kind {
  if (Array.isArray(value)) return 'list'
  if (typeof value !== 'string') return 'code'
  return isIdentifier(value) ? 'id' : 'text'
}

/** Whether a text is a GUID or a URL: those have the font of code. */
export function isIdentifier(text: string): boolean {
  return /^(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|https?:\/\/\S+|urn:\S+)$/i.test(text)
}

/** Whether the name, the label, the badge, the meaning or the value of a claim contains the filter. */
export function matches(claim: Claim, filter: string): boolean {
  const wanted = filter.trim().toLowerCase()
  if (!wanted) return true
  const badge = claim.use ? words.uses[claim.use] : ''
  const text = [claim.name, claim.label, badge, claim.meaning, plainText(claim.value)].join('\n')
  return text.toLowerCase().includes(wanted)
}

/** A value as text. */
export function plainText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** A value to copy; of a time, the moment in UTC and the number of the token. */
export function textToCopy({ kind, value }: Claim): string {
  const at = kind === 'time' ? timeOf(value) : undefined
  return at === undefined ? plainText(value) : words.timeToCopy(formatUtc(at), at / 1000)
}

/** A time claim in ms, or undefined if the value is no time. */
export function timeOf(value: unknown): number | undefined {
  const usable = typeof value === 'number' && value > 0 && value < 8_640_000_000_000
  return usable ? value * 1000 : undefined
}

/** "2026-11-23T18:45:03Z": a time without a time zone of anyone's own, to compare with logs. @param at in ms */
export function formatUtc(at: number): string {
  return new Date(at).toISOString().replace('.000Z', 'Z')
}
