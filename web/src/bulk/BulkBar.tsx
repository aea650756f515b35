// The bar that appears when new people are selected: what each button does is said before it is done.
import { EyeOff, UserCheck, UserRoundPen, X } from 'lucide-react';
import { useState } from 'react';
import { Button as AriaButton, Toolbar } from 'react-aria-components';
import { ask } from '../components/ask';
import { Button } from '../components/Button';
import { WhoDialog } from '../components/WhoDialog';
import { text } from '../text/text';
import { useBulkAnswers, type NewCluster } from './use-new-clusters';

const words = text.bulk;

export function BulkBar({
  clusters,
  onAll,
  onClear,
}: {
  readonly clusters: readonly NewCluster[];
  readonly onAll: () => void;
  readonly onClear: () => void;
}) {
  const { isBusy, confirm, name, hide } = useBulkAnswers();
  const [isNaming, setNaming] = useState(false);
  const count = clusters.length;
  const faceCount = clusters.reduce((sum, cluster) => sum + cluster.faceCount, 0);
  const clearWhenDone = async (work: Promise<boolean>): Promise<void> => {
    if (await work) onClear();
  };
  const confirmAll = async (): Promise<void> => {
    const question = {
      title: words.confirmTitle(count),
      detail: words.confirmDetail(faceCount),
      go: words.confirmGo,
    };
    if (await ask(question)) await clearWhenDone(confirm(clusters));
  };
  const hideAll = async (): Promise<void> => {
    if (await ask({ title: words.hideTitle(count), detail: words.hideDetail, go: words.hide }))
      await clearWhenDone(hide(clusters));
  };
  return (
    <>
      <Toolbar className="face-actions" aria-label={words.selected(count, faceCount)}>
        <span className="face-actions-count" role="status">
          {words.selected(count, faceCount)}
        </span>
        <AriaButton className="icon-button face-actions-clear" aria-label={words.clear} onPress={onClear}>
          <X aria-hidden />
        </AriaButton>
        <Button onPress={onAll}>{words.selectAll}</Button>
        <Button
          icon={<UserRoundPen aria-hidden />}
          tone="primary"
          isDisabled={isBusy}
          onPress={() => setNaming(true)}
        >
          {words.name}
        </Button>
        <Button icon={<UserCheck aria-hidden />} isDisabled={isBusy} onPress={() => void confirmAll()}>
          {words.confirm}
        </Button>
        <Button icon={<EyeOff aria-hidden />} isDisabled={isBusy} onPress={() => void hideAll()}>
          {words.hide}
        </Button>
      </Toolbar>
      {isNaming && (
        <WhoDialog
          title={words.nameTitle(count)}
          hint={words.nameHint(faceCount)}
          go={words.nameGo}
          onClose={() => setNaming(false)}
          onChoose={(who) => void clearWhenDone(name(clusters, who))}
        />
      )}
    </>
  );
}
