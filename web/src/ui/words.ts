import { translated } from '../languages/translated.ts'

/** The words of the parts that several pages share. */
export const words = translated('ui', {
  pageTitle: (page: string, app: string) => `${page} · ${app}`,
  loading: 'Loading',
  close: 'Close',
  clear: 'Clear',
  copied: 'Copied',
  copyDenied: 'This browser does not allow copying. Select the text instead.',
  copyDetails: 'Copy details',
  copyValue: (name: string) => `Copy ${name.toLowerCase()}`,
  underMinute: 'under 1 min',
  minutes: (count: number) => `${count} min`,
  hours: (count: number) => `${count} h`,
  now: 'now',
  ago: (duration: string) => `${duration} ago`,
  ahead: (duration: string) => `in ${duration}`,
})
