/**
 * The texts of the pages in the reader's language. English is in the code; each other language is one file beside this
 * one. A language is put into the English objects, so code reads a text when it draws it and never before.
 */

/** The objects of texts by their section. Those of a page are here once its code is. */
const sections = new Map<string, object>()
let translation: Readonly<Record<string, object>> = {}
let language = 'en'

/** The language of the pages, as a BCP 47 tag. */
export function pageLanguage(): string {
  return language
}

/**
 * Declares texts that other languages translate.
 *
 * @param section the name of these texts in `catalogue.ts`
 * @param english texts, functions that return texts, and objects of these
 * @returns the same object; its members change once when the language is there
 */
export function translated<T extends object>(section: string, english: T): T {
  sections.set(section, english)
  putInto(english, translation[section])
  return english
}

/**
 * Puts a language into all texts, those that are there and those of pages to come. What it lacks stays English.
 *
 * @param tag BCP 47
 * @param texts by section
 */
export function translateTo(tag: string, texts: Readonly<Record<string, object>>): void {
  language = tag
  translation = texts
  for (const [section, own] of sections) putInto(own, texts[section])
}

function putInto(texts: object, others: object | undefined): void {
  const members = texts as Record<string, unknown>
  for (const [name, other] of Object.entries(others ?? {})) {
    const own = members[name]
    if (isObject(own) && isObject(other)) putInto(own, other)
    else if (typeof other === typeof own) members[name] = other
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
