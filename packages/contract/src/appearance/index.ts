/** What an app looks like: its name, logo and colour, and where its users get help. */

export interface Appearance {
  /** As people see it: in the bar, in titles, and in the app registration. 1 to 60 characters. */
  readonly name: string
  /** A square picture in `web/public`, such as `logo.svg`: the mark in the bar and the icon of the tab. */
  readonly logo: string
  /** Six hexadecimal digits, such as `#0f6cbd`. All shades of the pages, light and dark, follow from it. */
  readonly brandColor: string
  /** Where users of the app get help: an email address or an https address. Without it, error messages offer no link. */
  readonly support?: string
}

/** A value of an appearance that cannot be used. */
export class AppearanceError extends Error {
  override readonly name = 'AppearanceError'
  readonly code = 'invalid_appearance'
  readonly field: keyof Appearance

  constructor(field: keyof Appearance, problem: string) {
    super(`appearance.${field} ${problem}`)
    this.field = field
  }
}

const email = /^[^\s@/?#]+@[^\s@/?#]+\.[^\s@/?#]+$/
// oxlint-disable-next-line no-control-regex -- They have no place in a name.
const control = /[\u0000-\u001f\u007f\u2028\u2029]/

/**
 * Checks the values, which a developer writes by hand.
 *
 * @returns the same appearance, with the name and the support address trimmed
 * @throws AppearanceError that names the member
 */
export function checkAppearance(appearance: Appearance): Appearance {
  const name = text('name', appearance.name)
  if (name === '' || name.length > 60) {
    throw new AppearanceError('name', 'has to have 1 to 60 characters.')
  }
  if (control.test(name)) throw new AppearanceError('name', 'has to be one line.')
  if (!/^#[0-9a-f]{6}$/i.test(text('brandColor', appearance.brandColor))) {
    const problem = 'has to be six hexadecimal digits behind #, such as #0f6cbd.'
    throw new AppearanceError('brandColor', problem)
  }
  if (!/^[\w-][\w.-]*\.(?:svg|png|webp|jpe?g|ico)$/i.test(text('logo', appearance.logo))) {
    const problem =
      'has to be the name of an SVG, PNG, WebP, JPEG or ICO file in web/public, such as logo.svg.'
    throw new AppearanceError('logo', problem)
  }
  const checked = { name, logo: appearance.logo, brandColor: appearance.brandColor }
  if (appearance.support === undefined) return checked
  const support = text('support', appearance.support)
  if (supportLink(support) === undefined) {
    const problem = 'has to be an email address, or an address that begins with https://.'
    throw new AppearanceError('support', problem)
  }
  return { ...checked, support }
}

function text(field: keyof Appearance, value: unknown): string {
  if (typeof value !== 'string') throw new AppearanceError(field, 'has to be a text.')
  return value.trim()
}

/**
 * The address of a link to support.
 *
 * @param support an email address, or an https address
 * @returns such as `mailto:help@example.com`; undefined if it is neither
 */
export function supportLink(support: string): string | undefined {
  if (email.test(support)) return `mailto:${encodeURIComponent(support).replace('%40', '@')}`
  return support.startsWith('https://') && URL.canParse(support) ? support : undefined
}

/** @param support as for `supportLink` @returns the text of that link, such as `example.com/help` */
export function supportName(support: string): string {
  return support.replace(/^https:\/\//, '')
}
