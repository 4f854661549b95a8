/**
 * Puts elements in front of the page. The browser's own methods throw for an element that has left the
 * page, and for one that is open already, and either can happen: another tab changes the session, and with
 * it this page, at any moment.
 */

/** Older browsers know neither the methods nor the selector. */
const hasPopovers = () => 'popover' in HTMLElement.prototype

/** Opens a modal dialog, if it is part of the page and not open. */
export function openModal(dialog: HTMLDialogElement | null): void {
  if (dialog?.isConnected && !dialog.open) dialog.showModal()
}

/** Shows a popover, if it is part of the page and not shown. */
export function openPopover(popover: HTMLElement | null): void {
  if (hasPopovers() && popover?.isConnected && !popover.matches(':popover-open'))
    popover.showPopover()
}

/** Hides a popover, if it is shown. */
export function closePopover(popover: HTMLElement | null): void {
  if (hasPopovers() && popover?.isConnected && popover.matches(':popover-open'))
    popover.hidePopover()
}

/** Where an element has to be to be reachable: in the modal dialog that was opened last, or on the page. */
export function topmost(): Element {
  // A dialog on its way out of the page is no place: what is put into it goes with it.
  return [...document.querySelectorAll('dialog:modal')].at(-1) ?? document.body
}

/** Calls back when a dialog opens or closes. @returns a function that stops it */
export function onTopmostChange(onChange: () => void): () => void {
  // They do not bubble.
  for (const type of ['toggle', 'close']) document.addEventListener(type, onChange, true)
  return () => {
    for (const type of ['toggle', 'close']) document.removeEventListener(type, onChange, true)
  }
}
