import { useState } from 'react'
import { Icon } from '../ui/icon.tsx'
import { check, moon, sun, theme as systemIcon } from '../ui/icons.generated.ts'
import menu from '../ui/popover.module.css'
import css from './theme.module.css'

const looks: Record<Theme, { label: string; icon: string }> = {
  system: { label: 'System', icon: systemIcon },
  light: { label: 'Light', icon: sun },
  dark: { label: 'Dark', icon: moon },
}

/** System, light or dark. */
export function ThemeButton() {
  const [theme, setTheme] = useState(currentTheme)
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
        aria-label="Theme"
        title="Theme"
      >
        <Icon path={looks[theme].icon} />
      </button>
      <section id="themes" popover="auto" className={menu.popover} aria-label="Theme">
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
            <Icon path={looks[each].icon} />
            {looks[each].label}
            {each === theme && <Icon path={check} size={16} />}
          </button>
        ))}
      </section>
    </>
  )
}

const themes = ['system', 'light', 'dark'] as const

type Theme = (typeof themes)[number]

/** The only thing that this app keeps in the browser's storage. */
const key = 'theme'

/** What index.html has put on the document before anything was drawn. */
function currentTheme(): Theme {
  const { theme } = document.documentElement.dataset
  return themes.find((known) => known === theme) ?? 'system'
}

/** Applies a theme and remembers it; `system` is what a browser without memory has. */
function chooseTheme(theme: Theme): void {
  document.documentElement.dataset['theme'] = theme
  try {
    if (theme === 'system') localStorage.removeItem(key)
    else localStorage.setItem(key, theme)
  } catch {
    // Storage is switched off: the choice holds until the page is loaded again.
  }
}
