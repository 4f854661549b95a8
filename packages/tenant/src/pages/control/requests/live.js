// Shows requests as they come. Without it, the page has a link that loads it again.
const live = document.getElementById('live')
const pause = document.getElementById('pause')
let timer
let isPaused = false

const refresh = async () => {
  timer = undefined
  // What has the focus stays; it is refreshed when the focus leaves.
  if (isPaused || live.contains(document.activeElement)) return
  const answer = await fetch(location.href)
  const next = new DOMParser().parseFromString(await answer.text(), 'text/html')
  const open = new Map(
    [...live.querySelectorAll('details')].map((one) => [one.dataset.key, one.open]),
  )
  for (const details of next.querySelectorAll('#live details')) {
    details.open = open.get(details.dataset.key) ?? details.open
  }
  live.replaceChildren(...next.getElementById('live').childNodes)
}
const refreshSoon = () => {
  timer ??= setTimeout(() => void refresh(), 300)
}

pause.hidden = false
pause.addEventListener('click', () => {
  isPaused = !isPaused
  pause.setAttribute('aria-pressed', isPaused)
  if (!isPaused) refreshSoon()
})
live.addEventListener('focusout', refreshSoon)
const stream = new EventSource('journal/stream')
stream.addEventListener('request', refreshSoon)
// A browser has few connections to one server, and a page that is left needs none.
addEventListener('pagehide', () => stream.close())
