import { languages } from '../languages/load.ts'
import { pageLanguage } from '../languages/translated.ts'
import { Icon } from '../ui/icon.tsx'
import { check } from '../ui/icons.generated.ts'
import menu from '../ui/popover.module.css'
import { languageKey } from './kept-storage.ts'
import css from './theme.module.css'
import { themeWords as words } from './words.ts'

/** Chooses the language of the pages. Each has its own name, for readers who know no other. */
export function LanguageChoice() {
  if (languages.length < 2) return null
  const current = pageLanguage()
  return (
    <fieldset className={`${css.choices} ${css.languages}`} aria-label={words.language}>
      {languages.map((language) => (
        <button
          key={language}
          type="button"
          className={menu.item}
          lang={language}
          aria-pressed={language === current}
          popoverTarget="themes"
          popoverTargetAction="hide"
          onClick={() => language !== current && choose(language)}
        >
          {nameOf(language)}
          {language === current && <Icon path={check} size={16} />}
        </button>
      ))}
    </fieldset>
  )
}

function nameOf(language: string): string {
  return new Intl.DisplayNames([language], { type: 'language' }).of(language) ?? language
}

/** Stores the language, and loads the page again: index.html reads it. */
function choose(language: string): void {
  try {
    localStorage.setItem(languageKey, language)
  } catch {
    // Storage is disabled: the browser's language remains.
    return
  }
  window.location.reload()
}
