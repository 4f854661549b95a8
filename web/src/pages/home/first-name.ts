/** How to greet somebody: "Ada Lovelace" and "Lovelace, Ada (IT)" are both Ada. */
export function firstName(name: string): string {
  const given = name.includes(',') ? name.slice(name.indexOf(',') + 1) : name
  return given.trim().split(/\s+/)[0] || name
}
