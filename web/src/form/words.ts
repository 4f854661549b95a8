import { translated } from '../languages/translated.ts'

/** The texts of forms. */
export const words = translated('form', {
  saving: 'Saving…',
  /** @param message continues the name of the field: "is empty" */
  fieldError: (label: string, message: string) => `${label} ${message}.`,
})
