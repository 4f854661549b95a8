import css from './match.module.css'

type Props = {
  text: string
  search: string
  /** Where a match may be: anywhere, or at the start of a word, as the directory searches. */
  at?: 'anywhere' | 'word'
}

/**
 * A text with the match of a search marked. It is one element, another one for each match: a browser that translates the
 * page puts elements of its own in place of texts, and React could neither change nor remove those beside a mark.
 */
export function Match({ text, search, at = 'word' }: Props) {
  const parts = findMatch(text, search, at)
  if (!parts) {
    return (
      <span key={text} className={css.text}>
        {text}
      </span>
    )
  }
  return (
    <span key={parts.join('\n')} className={css.text}>
      {parts[0]}
      <mark className={css.mark}>{parts[1]}</mark>
      {parts[2]}
    </span>
  )
}

/** Splits a text around the first match of a search: before, match, after; undefined without a match. */
export function findMatch(
  text: string,
  search: string,
  at: 'anywhere' | 'word' = 'word',
): [string, string, string] | undefined {
  const wanted = search.trim().toLowerCase()
  if (!wanted) return undefined
  const starts = at === 'word' ? /(?<![\p{L}\p{N}])[\p{L}\p{N}]/gu : /./gsu
  for (const { index } of text.matchAll(starts)) {
    const end = index + wanted.length
    if (text.slice(index, end).toLowerCase() === wanted) {
      return [text.slice(0, index), text.slice(index, end), text.slice(end)]
    }
  }
  return undefined
}
