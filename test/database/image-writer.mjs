// A process for durability.spec.ts: writes an image with two faces per transaction, four at a time, and prints the id of
// each once it is acknowledged, until it is killed.
import { createHash } from 'node:crypto';
import { v7 } from 'uuid';
import { Database } from '../../dist/database/database.js';
import { SystemStore } from '../../dist/database/system-store.js';
import { TenantStore } from '../../dist/database/tenant-store.js';

const { url, dataDir, migrationsFolder } = JSON.parse(process.argv[2]);
const database = await Database.open({ url, poolSize: 4 }, dataDir, migrationsFolder);
const at = new Date();
const ignoreExisting = (error) => {
  if (error.code !== 'tenant.exists') throw error;
};
await new SystemStore(database)
  .transaction(({ tenants }) =>
    tenants.insert({ id: 't', settings: {}, version: 1, createdAt: at, updatedAt: at }),
  )
  .catch(ignoreExisting);
const scope = new TenantStore(database).forTenant('t');

const image = () => {
  const id = v7();
  return {
    id,
    externalId: null,
    sha256: createHash('sha256').update(id).digest('hex'),
    phash: '0'.repeat(16),
    contentType: 'image/png',
    width: 1,
    height: 1,
    byteSize: 1,
    capturedAt: null,
    label: null,
    notes: [],
    turn: 0,
    createdAt: at,
  };
};
const face = (imageId) => ({
  id: v7(),
  imageId,
  clusterId: null,
  box: { x: 0, y: 0, width: 1, height: 1 },
  landmarks: Array(5).fill([0, 0]),
  detectionScore: 1,
  quality: 1,
  reasons: [],
  assignment: 'unclustered',
  assignedBy: 'auto',
  locked: false,
  state: 'active',
  similarity: null,
  probability: null,
  space: 's',
  createdAt: at,
});

async function write() {
  for (;;) {
    const row = image();
    await scope.transaction(async ({ images, faces }) => {
      await images.insert(row);
      await faces.insertMany([face(row.id)]);
      await faces.insertMany([face(row.id)]);
    });
    process.stdout.write(`${row.id}\n`);
  }
}
await Promise.all([write(), write(), write(), write()]);
