import { useState } from 'react'
import { Icon } from '../ui/icon.tsx'
import { check, moon, sun, theme as systemIcon } from '../ui/icons.generated.ts'
import menu from '../ui/popover.module.css'
import { chooseTheme, currentTheme, themes, type Theme } from './theme.ts'
import css from './theme-button.module.css'

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
