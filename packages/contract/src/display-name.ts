/** How a person is called on a page. The browser imports this file for its value. */

/**
 * Characters that are not seen and change what is: controls, marks and overrides of direction (Unicode
 * UAX #9, §2), and characters without width. A name with an override turns the rest of its line round.
 */
const unseen = /[\p{Cc}\u00AD\u061C\u200B\u200E\u200F\u2028-\u202E\u2060-\u206F\uFEFF]/gu

/** Whether a name is as people see it: something to see, no invisible character, no blanks but single ones. */
export function isDisplayName(name: string): boolean {
  return displayName(name) === name
}

/**
 * The first of these names that has something to see, without invisible characters. Directories hold people
 * without a name, and names of blanks; a button or a row with nothing in it cannot be pressed.
 *
 * @param names the best first: display name, then user name
 */
export function displayName(...names: readonly (string | null | undefined)[]): string {
  for (const name of names) {
    const seen = (name ?? '').replace(unseen, ' ').replace(/\s+/gu, ' ').trim()
    // A letter, a digit, a sign or a picture: not marks alone, nor the fillers of Hangul and the blank of Braille, which
    // Unicode calls letters and signs.
    if (/(?![\p{DI}\u2800])[\p{L}\p{N}\p{P}\p{S}]/u.test(seen)) return seen
  }
  return 'Signed-in user'
}
