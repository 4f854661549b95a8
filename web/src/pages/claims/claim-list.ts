import { type Explanation, explanations, type Group, type Kind } from './explanations.ts'

export type Claim = Explanation & { name: string; value: unknown; known: boolean }

export const groupTitles: Record<Group, string> = {
  you: 'About you',
  organisation: 'Your organisation',
  token: 'This token',
  security: 'Security values',
  other: 'Other',
}

export const groupNames = Object.keys(groupTitles) as Group[]

/** Every claim of the token with its explanation, in the order in which we explain them; unknown ones last. */
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
    label: 'Custom claim',
    group: 'other',
    kind: kindOf(value),
    meaning: 'Not one of Entra ID’s own: your organisation or this app added it.',
  }
}

function kindOf(value: unknown): Kind {
  if (Array.isArray(value)) return 'list'
  return typeof value === 'string' ? 'text' : 'code'
}

/** Whether a claim has what was typed into the filter, in its name, its words or its value. */
export function matches(claim: Claim, filter: string): boolean {
  const wanted = filter.trim().toLowerCase()
  if (!wanted) return true
  const text = [claim.name, claim.label, claim.meaning, plainText(claim.value)].join('\n')
  return text.toLowerCase().includes(wanted)
}

/** A value as text that can be copied. */
export function plainText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** A time claim in ms, or undefined if the value is not one after all. */
export function timeOf(value: unknown): number | undefined {
  const usable = typeof value === 'number' && value > 0 && value < 8_640_000_000_000
  return usable ? value * 1000 : undefined
}
