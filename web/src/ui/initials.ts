/** How many colour pairs `tokens.generated.css` has. */
const colours = 12

/** The first letters of the first and the last word: "Ada King Lovelace (she/her)" is AL. */
export function initials(name: string): string {
  const words = name
    .replaceAll(/\([^)]*\)/g, ' ')
    .split(/\s+/)
    .filter((word) => /^[\p{L}\p{N}]/u.test(word))
  const ends = words.length > 1 ? [words[0], words.at(-1)] : words
  return ends.map((word) => /^./u.exec(word ?? '')?.[0].toLocaleUpperCase() ?? '').join('')
}

/** The same colour for the same person everywhere: a number from 0 to 11 out of their id. */
export function avatarColour(id: string): number {
  let sum = 0
  for (const character of id) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 65_521
  return sum % colours
}
