// The filter of the control page. Without it, the form of the filter asks the tenant for the page again.
const box = document.getElementById('q')
if (box) {
  const form = box.form
  const status = document.getElementById('matches')
  const popular = document.getElementById('popular')
  const areas = [...document.querySelectorAll('details.area')]
  const openAtFirst = areas.map((area) => area.open)

  const apply = () => {
    const text = box.value.trim().toLowerCase()
    let count = 0
    for (const [index, area] of areas.entries()) {
      let found = 0
      for (const row of area.querySelectorAll('li')) {
        row.hidden = !text.split(/\s+/).every((word) => row.dataset.search.includes(word))
        if (!row.hidden) found += 1
      }
      area.hidden = found === 0
      area.open = text === '' ? openAtFirst[index] : found > 0
      count += found
    }
    popular.hidden = text !== ''
    const { none, one, many } = status.dataset
    if (text === '') status.textContent = ''
    else if (count === 0) status.textContent = none
    else status.textContent = (count === 1 ? one : many).replace(/\d+/, count)
  }

  form.querySelector('button').hidden = true
  form.querySelector('kbd').hidden = false
  form.addEventListener('submit', (event) => event.preventDefault())
  box.addEventListener('input', apply)
  box.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return
    box.value = ''
    apply()
  })
  addEventListener('keydown', (event) => {
    if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return
    if (event.target.closest('input, textarea, select')) return
    event.preventDefault()
    box.focus()
    box.select()
  })
  // The page that follows a button is filtered as this one.
  addEventListener('submit', ({ target }) => {
    if (target === form || box.value === '') return
    const kept = document.createElement('input')
    Object.assign(kept, { type: 'hidden', name: 'q', value: box.value })
    target.append(kept)
  })
}
