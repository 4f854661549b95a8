/** The mark and the name, the same as in the static start of index.html. */
export function Brand() {
  return (
    <>
      <svg className="brand-mark" viewBox="0 0 32 32" aria-hidden="true">
        <path d="M7 25V14a9 9 0 0 1 18 0v11h-4V14a5 5 0 0 0-10 0v11z" />
        <circle cx="16" cy="17" r="2.4" />
        <path d="M15 18h2l.8 7h-3.6z" />
      </svg>
      Gatehouse
    </>
  )
}
