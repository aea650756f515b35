// Single keys that act on the page. They keep out of fields, dialogs and lists, and of what the browser or a screen reader does.
import { useEffect, useSyncExternalStore } from 'react';

/** `KeyboardEvent.key`, letters small → what it does. */
export type Shortcuts = Readonly<Record<string, () => void>>;

const STORED = 'kindred.single-keys';
const listeners = new Set<() => void>();

/** Whether this reviewer wants single keys: speech input types letters that nobody meant. */
export function useSingleKeys(): [boolean, (on: boolean) => void] {
  const on = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    () => localStorage.getItem(STORED) !== 'off',
  );
  return [
    on,
    (next) => {
      localStorage.setItem(STORED, next ? 'on' : 'off');
      for (const listener of listeners) listener();
    },
  ];
}

const TAKES_LETTERS =
  'input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable], [role=menu], [role=listbox]';
/** Dialogs and menus. Not by their role: a message in a corner is an alertdialog, too. */
const OVER_THE_PAGE = '.overlay, .popover';
const TAKES_ENTER = 'button, a, summary, input, [role=radio]';

export function useShortcuts(shortcuts: Shortcuts, enabled: boolean): void {
  useEffect(() => {
    if (!enabled) return;
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
      const target = event.target instanceof Element ? event.target : document.body;
      if (target.closest(TAKES_LETTERS) || document.querySelector(OVER_THE_PAGE)) return;
      if (event.key === 'Enter' && target.closest(TAKES_ENTER)) return;
      const act = shortcuts[event.key.length === 1 ? event.key.toLowerCase() : event.key];
      if (!act) return;
      event.preventDefault();
      act();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [shortcuts, enabled]);
}
