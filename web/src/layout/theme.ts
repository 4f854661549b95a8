export const themes = ['system', 'light', 'dark'] as const

export type Theme = (typeof themes)[number]

/** The only thing that this app keeps in the browser's storage. */
const key = 'theme'

/** What index.html has put on the document before anything was drawn. */
export function currentTheme(): Theme {
  const { theme } = document.documentElement.dataset
  return themes.find((known) => known === theme) ?? 'system'
}

/** Applies a theme and remembers it; `system` is what a browser without memory has. */
export function chooseTheme(theme: Theme): void {
  document.documentElement.dataset['theme'] = theme
  try {
    if (theme === 'system') localStorage.removeItem(key)
    else localStorage.setItem(key, theme)
  } catch {
    // Storage is switched off: the choice holds until the page is loaded again.
  }
}
