// A dialog over the page: focus stays in it, Escape closes it.
import type { ReactNode } from 'react';
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components';

/**
 * @param role `alertdialog` when something must be decided before anything else.
 * @param isDismissable A press beside it closes it.
 */
export const Dialog = ({
  title,
  isOpen,
  onClose,
  role,
  isDismissable = role === undefined,
  children,
}: {
  readonly title: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly role?: 'alertdialog';
  readonly isDismissable?: boolean;
  readonly children: ReactNode;
}) => (
  <ModalOverlay
    className="overlay"
    isDismissable={isDismissable}
    isOpen={isOpen}
    onOpenChange={(open) => !open && onClose()}
  >
    <Modal className="modal">
      <AriaDialog className="dialog" {...(role && { role })}>
        <Heading slot="title">{title}</Heading>
        {children}
      </AriaDialog>
    </Modal>
  </ModalOverlay>
);
