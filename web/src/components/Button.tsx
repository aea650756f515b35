// Buttons of the page: one look, four weights.
import type { ReactNode } from 'react';
import { Button as AriaButton, type ButtonProps as AriaButtonProps } from 'react-aria-components';

export type Tone = 'plain' | 'primary' | 'quiet' | 'danger';

export interface ButtonProps extends Omit<AriaButtonProps, 'children' | 'className'> {
  readonly tone?: Tone;
  readonly icon?: ReactNode;
  readonly children?: ReactNode;
}

export const Button = ({ tone = 'plain', icon, children, ...rest }: ButtonProps) => (
  <AriaButton {...rest} className={`button button-${tone}`}>
    {icon}
    {children}
  </AriaButton>
);
