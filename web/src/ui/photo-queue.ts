/**
 * Loads photos a few at a time. Over HTTP/1.1 a browser has six connections to a server: what the user asks for next
 * must not wait behind a page of photos.
 */

/** The other connections are for what the user waits for. */
const maxAtOnce = 2

/** A photo that takes longer is given up, so that a server that hangs does not keep the others back. In ms. */
const timeLimitMs = 10_000

export interface QueuedPhoto {
  /** Begins to load. Call `leave` when it has loaded, or failed. */
  start(): void
  /** Ends the load, which takes too long. */
  stop(): void
}

/** The order of loading: first come, first served. */
export class PhotoQueue {
  readonly #waiting = new Set<QueuedPhoto>()
  readonly #loading = new Map<QueuedPhoto, ReturnType<typeof setTimeout>>()

  /** @param urgent starts at once. It still counts: fewer others load beside it. */
  join(photo: QueuedPhoto, urgent = false): void {
    if (this.#loading.has(photo)) return
    this.#waiting.add(photo)
    if (urgent) this.#start(photo)
    else this.#startNext()
  }

  /** A photo that has ended, or is no longer wanted. */
  leave(photo: QueuedPhoto): void {
    this.#waiting.delete(photo)
    const timer = this.#loading.get(photo)
    if (timer === undefined) return
    clearTimeout(timer)
    this.#loading.delete(photo)
    this.#startNext()
  }

  /** Gives up the place of a photo whose turn has not come. */
  stopWaiting(photo: QueuedPhoto): void {
    this.#waiting.delete(photo)
  }

  #startNext(): void {
    for (const photo of this.#waiting) {
      if (this.#loading.size >= maxAtOnce) return
      this.#start(photo)
    }
  }

  #start(photo: QueuedPhoto): void {
    this.#waiting.delete(photo)
    const giveUp = () => {
      photo.stop()
      this.leave(photo)
    }
    this.#loading.set(photo, setTimeout(giveUp, timeLimitMs))
    photo.start()
  }
}

type Options = { urgent: boolean; onMissing: () => void }

const queue = new PhotoQueue()

/** What to do with a photo that comes near the screen, or is scrolled away. */
const whenNear = new WeakMap<Element, (near: boolean) => void>()

/** A screen above and below. Without observers, all photos are near. */
const observer =
  typeof IntersectionObserver === 'undefined'
    ? undefined
    : new IntersectionObserver(
        (entries) => {
          for (const { target, isIntersecting } of entries) whenNear.get(target)?.(isIntersecting)
        },
        { rootMargin: '100%' },
      )

/**
 * Loads a photo into an `<img>` without `src` when it is near the screen and its turn has come; then the element has
 * `data-loaded`. A photo that this page has in memory is there at once.
 *
 * @returns a function that ends the load, for an element that leaves the page
 */
export function loadPhoto(
  image: HTMLImageElement,
  src: string,
  { urgent, onMissing }: Options,
): () => void {
  let ended = false
  const end = () => {
    if (ended) return
    ended = true
    observer?.unobserve(image)
    queue.leave(photo)
  }
  const show = () => {
    image.dataset['loaded'] = 'true'
    end()
  }
  const fail = () => {
    onMissing()
    end()
  }
  const stop = () => image.removeAttribute('src')
  const photo: QueuedPhoto = {
    start: () => {
      observer?.unobserve(image)
      image.src = src
      if (image.complete) show()
    },
    stop,
  }

  // A browser requests a picture after the running script: with the address gone by then, it only looks into its memory.
  image.src = src
  if (image.complete) {
    image.dataset['loaded'] = 'true'
    return () => undefined
  }
  stop()
  image.addEventListener('load', show)
  image.addEventListener('error', fail)
  whenNear.set(image, (near) => (near ? queue.join(photo, urgent) : queue.stopWaiting(photo)))
  if (observer) observer.observe(image)
  else queue.join(photo, urgent)
  return () => {
    if (ended) return
    stop()
    end()
  }
}
