/** The name for a greeting: Ada for "Ada Lovelace" and for "Lovelace, Ada (IT)". */
export function firstName(name: string): string {
  const given = name.includes(',') ? name.slice(name.indexOf(',') + 1) : name
  return given.trim().split(/\s+/)[0] || name
}
