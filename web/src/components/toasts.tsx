// Short messages about what happened, said aloud by screen readers. At most three at a time; they go by themselves.
import { X } from 'lucide-react';
import {
  Button as AriaButton,
  Text,
  UNSTABLE_Toast as Toast,
  UNSTABLE_ToastContent as ToastContent,
  UNSTABLE_ToastQueue as ToastQueue,
  UNSTABLE_ToastRegion as ToastRegion,
} from 'react-aria-components';
import { text } from '../text/text';

interface Message {
  readonly title: string;
  readonly detail?: string;
  readonly tone: 'good' | 'bad';
  readonly action?: Action;
}

/** What can be done about it. */
export interface Action {
  readonly name: string;
  readonly run: () => void;
}

/** Shown for this long, ms; not while somebody points at it or has the focus in it. */
const SHOWN_MS = 8_000;

const messages = new ToastQueue<Message>({ maxVisibleToasts: 3 });

export const say = (title: string, detail?: string, action?: Action): void =>
  void messages.add(
    { title, tone: 'good', ...(detail && { detail }), ...(action && { action }) },
    { timeout: SHOWN_MS },
  );

export const complain = (title: string, detail?: string): void =>
  void messages.add({ title, tone: 'bad', ...(detail && { detail }) }, { timeout: SHOWN_MS });

export const Toasts = () => (
  <ToastRegion queue={messages} className="toasts" aria-label={text.toasts.label}>
    {({ toast }) => (
      <Toast toast={toast} className={`toast toast-${toast.content.tone}`}>
        <ToastContent className="toast-content">
          <Text slot="title">{toast.content.title}</Text>
          {toast.content.detail && <Text slot="description">{toast.content.detail}</Text>}
        </ToastContent>
        {toast.content.action && (
          <AriaButton
            className="toast-action"
            onPress={() => {
              messages.close(toast.key);
              toast.content.action?.run();
            }}
          >
            {toast.content.action.name}
          </AriaButton>
        )}
        <AriaButton slot="close" className="icon-button" aria-label={text.toasts.dismiss}>
          <X aria-hidden />
        </AriaButton>
      </Toast>
    )}
  </ToastRegion>
);
