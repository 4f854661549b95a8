/** The texts of forms. */
export const words = {
  saving: 'Saving…',
  /** @param message continues the name of the field: "is empty" */
  fieldError: (label: string, message: string) => `${label} ${message}.`,
} as const
