// A calibrated chance in words, figures and colour. The colour repeats the words; nothing is said by colour alone.
import { formatPercent, text } from '../text/text';

type Level = 'none' | 'unlikely' | 'possible' | 'likely' | 'almostSure';

/** Lowest chance of each word. */
const LEVELS: readonly (readonly [from: number, Level])[] = [
  [0.95, 'almostSure'],
  [0.7, 'likely'],
  [0.3, 'possible'],
  [0, 'unlikely'],
];

const levelOf = (probability: number | null): Level =>
  (probability !== null && LEVELS.find(([from]) => probability >= from)?.[1]) || 'none';

/** @param probability 0..1; null when unknown. @param similarity Cosine, -1..1. */
export function Probability({
  probability,
  similarity,
}: {
  probability: number | null;
  similarity?: number | null;
}) {
  const level = levelOf(probability);
  const word = text.probability[level];
  return (
    <span className={`probability probability-${level}`}>
      <span className="probability-word">
        {probability === null ? word : text.probability.withFigure(word, formatPercent(probability))}
      </span>
      {typeof similarity === 'number' && (
        <span className="probability-similarity">{text.probability.similarity(similarity.toFixed(2))}</span>
      )}
    </span>
  );
}
