import { findMatch } from './find-match.ts'

/** A text, with the part that was searched for marked. */
export function Match({ text, search }: { text: string; search: string }) {
  const parts = findMatch(text, search)
  if (!parts) return text
  return (
    <>
      {parts[0]}
      <mark>{parts[1]}</mark>
      {parts[2]}
    </>
  )
}
