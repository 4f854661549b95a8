import { translated } from '../languages/translated.ts'

/** A part of the page that crashed. */
export const words = translated('crash', {
  title: 'This page stopped working',
  text: 'Reload it. If it keeps happening, send us the details below.',
  reload: 'Reload',
  details: 'Details',
  error: 'Error',
  page: 'Page',
})
