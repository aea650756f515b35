// The thread of the embedded database: PGlite with pgvector behind the wire bridge, until it is told to stop.
import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import { Autovacuum } from './autovacuum.js';
import type { PgliteTask } from './embedded-database.js';
import { WireBridge } from './wire-bridge.js';

/** Small: the embedded database shares its process with the models. */
const SETTINGS = ['shared_buffers=32MB', 'maintenance_work_mem=128MB', 'timezone=GMT', 'log_timezone=GMT'];

const port = parentPort!;
const { folder, socketPath } = workerData as PgliteTask;

// PGlite makes its files with the process's mask; a thread cannot change that, the 0700 folder above keeps others out.
const db = await PGlite.create({
  dataDir: folder,
  extensions: { vector },
  startParams: [...PGlite.defaultStartParams, ...SETTINGS.flatMap((setting) => ['-c', setting])],
});
if (socketPath === null) {
  await db.close();
  port.postMessage('stopped');
  port.close();
} else {
  const bridge = new WireBridge(db);
  await bridge.listen(socketPath);
  const autovacuum = new Autovacuum((work) => bridge.betweenTransactions(work));
  autovacuum.start();
  port.on('message', (message) => {
    if (message !== 'stop') return;
    void (async () => {
      await autovacuum.stop();
      await bridge.close();
      await db.close();
      port.postMessage('stopped');
      port.close();
    })();
  });
  port.postMessage('ready');
}
