// The answers to the question on the screen: each with its key and what it will do.
import { Button as AriaButton } from 'react-aria-components';
import type { Answer } from './answers/answer';

export const AnswerBar = ({
  answers,
  onAnswer,
}: {
  readonly answers: readonly Answer[];
  readonly onAnswer: (answer: Answer) => void;
}) => (
  <ul className="answers">
    {answers.map((answer) => (
      <li key={answer.id}>
        <AriaButton
          className={`answer answer-${answer.tone}`}
          data-answer={answer.id}
          onPress={() => onAnswer(answer)}
        >
          <span className="answer-name">{answer.name}</span>
          <kbd aria-hidden>{answer.key}</kbd>
          <span className="answer-effect">{answer.effect}</span>
        </AriaButton>
      </li>
    ))}
  </ul>
);
