import { useState } from 'react'
import { Icon } from '../ui/icon.tsx'
import { check, moon, sun, theme as systemIcon } from '../ui/icons.generated.ts'
import menu from '../ui/popover.module.css'
import { themeKey } from './kept-storage.ts'
import { LanguageChoice } from './language.tsx'
import css from './theme.module.css'
import { themeWords as words } from './words.ts'

const themes = ['system', 'light', 'dark'] as const

type Theme = (typeof themes)[number]

const icons: Record<Theme, string> = { system: systemIcon, light: sun, dark: moon }

/** Chooses between the system's theme, light and dark, and the language. */
export function ThemeButton() {
  const [theme, setTheme] = useState(currentTheme)
  // The names of languages cost a slow phone 50 ms, and few people open the menu.
  const [wasOpened, setWasOpened] = useState(false)
  const choose = (next: Theme) => {
    chooseTheme(next)
    setTheme(next)
  }
  return (
    <>
      <button
        type="button"
        className={css.button}
        popoverTarget="themes"
        aria-label={words.title}
        title={words.title}
        // Browsers without popovers open the menu by the focus.
        onFocus={() => setWasOpened(true)}
      >
        <Icon path={icons[theme]} />
      </button>
      <section
        id="themes"
        popover="auto"
        className={menu.popover}
        aria-label={words.title}
        onBeforeToggle={() => setWasOpened(true)}
      >
        <fieldset className={css.choices} aria-label={words.theme}>
          {themes.map((each) => (
            <button
              key={each}
              type="button"
              className={menu.item}
              aria-pressed={each === theme}
              popoverTarget="themes"
              popoverTargetAction="hide"
              onClick={() => choose(each)}
            >
              <Icon path={icons[each]} />
              {words[each]}
              {each === theme && <Icon path={check} size={16} />}
            </button>
          ))}
        </fieldset>
        {wasOpened && <LanguageChoice />}
      </section>
    </>
  )
}

/** The theme that index.html has set on the document before the first paint. */
function currentTheme(): Theme {
  const { theme } = document.documentElement.dataset
  return themes.find((known) => known === theme) ?? 'system'
}

/** Applies a theme and stores it; `system` is the default, and needs no entry. */
function chooseTheme(theme: Theme): void {
  document.documentElement.dataset['theme'] = theme
  try {
    if (theme === 'system') localStorage.removeItem(themeKey)
    else localStorage.setItem(themeKey, theme)
  } catch {
    // Storage is disabled: the choice lasts until the page is reloaded.
  }
}
