// One of a few, chosen from a list that opens.
import { ChevronDown } from 'lucide-react';
import { Button, Label, ListBox, ListBoxItem, Popover, Select, SelectValue } from 'react-aria-components';
import './choice.css';

export function Choice<T extends string>({
  label,
  names,
  options,
  value,
  onChange,
}: {
  readonly label: string;
  readonly names: Readonly<Record<T, string>>;
  readonly options: readonly T[];
  readonly value: T;
  readonly onChange: (value: T) => void;
}) {
  return (
    <Select className="field choice" value={value} onChange={(key) => onChange(key as T)}>
      <Label>{label}</Label>
      <Button className="input choice-button">
        <SelectValue />
        <ChevronDown aria-hidden />
      </Button>
      <Popover className="popover">
        <ListBox className="suggestions">
          {options.map((option) => (
            <ListBoxItem key={option} id={option} className="suggestion choice-option">
              {names[option]}
            </ListBoxItem>
          ))}
        </ListBox>
      </Popover>
    </Select>
  );
}
