/** One line of a plan, as a person reads it: what comes, changes, goes or stays. */
export interface Line {
  sign: '+' | '~' | '-' | '='
  what: string
  value: string
}

export const line = (sign: Line['sign'], what: string, value: string): Line => ({
  sign,
  what,
  value,
})
