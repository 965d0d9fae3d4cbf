// How a mini program's backend takes cards out of Kaquan, through pg (node-postgres). Take it as it is, or as a model.
'use strict';
const { randomBytes } = require('node:crypto');

const COLUMNS = `outcome, card_id, card_ext, code, valid_until, extract(epoch from retry_after)::float8 as retry_after`;
const SQL = {
  claim: `select ${COLUMNS} from kaquan.card_claim($1, $2, $3)`,
  get: `select ${COLUMNS} from kaquan.card_get($1, $2)`,
  renew: `select ${COLUMNS} from kaquan.card_renew($1, $2)`,
};
const sleep = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

// A UUIDv7. Ids that follow each other in time stand beside each other in the index. Make one for each purchase, store it
// with the order, and never make another one for the same purchase.
function requestId() {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(Date.now(), 0, 6);
  bytes[6] = 0x70 | (bytes[6] & 0x0f);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

// After these nobody knows whether the card was claimed: the connection broke, the server went down, our own deadline
// (pg's query_timeout) passed, or a synchronous standby has not confirmed yet. KQ5xx asks to come again.
function isUnknown(error) {
  const state = error.code;
  return error.unknown === true || typeof state !== 'string' || !/^[0-9A-Z]{5}$/.test(state) || /^(08|57P|KQ5)/.test(state);
}

// One call on one connection. A connection with an unknown outcome is closed, never reused and never cancelled: PostgreSQL
// answers a cancelled wait for the standby with success and this warning.
async function ask(pool, sql, values) {
  const client = await pool.connect();
  let unconfirmed = false;
  const onNotice = (notice) => { unconfirmed ||= notice.code === '01000'; };
  const onError = () => {}; // the query's own promise tells it
  client.on('notice', onNotice);
  client.on('error', onError);
  let broken = true;
  try {
    const { rows } = await client.query(sql, values);
    if (unconfirmed) throw Object.assign(new Error('not confirmed by the standby'), { unknown: true });
    broken = false;
    return rows[0];
  } catch (error) {
    broken = isUnknown(error);
    throw error;
  } finally {
    client.off('notice', onNotice);
    client.off('error', onError);
    client.release(broken);
  }
}

// The card for `id`: a row with outcome ok, or with one of the answers that waiting does not change: not_open, sold_out,
// unknown_template, conflict. After `patience` seconds the last answer, whatever it was; a later call with the same id goes
// on from there. Throws what is the caller's fault (KQ4xx), and what stayed unknown to the end.
async function cardFor(pool, template, id, { openid = null, patience = 10 } = {}) {
  const deadline = Date.now() + patience * 1000;
  for (let next = 'claim', row; ; ) {
    try {
      row = await ask(pool, SQL[next], next === 'claim' ? [template, id, openid] : [template, id]);
    } catch (error) {
      if (!isUnknown(error) || Date.now() > deadline) throw error;
      await sleep(0.2);
      continue; // the same question with the same id
    }
    const worthWaiting = ['pending', 'empty', 'expired'].includes(row.outcome);
    if (!worthWaiting || Date.now() > deadline) return row;
    // A code without a card: the ticket is ours, its signature ran out. Asked for once, then fetched.
    next = row.outcome === 'pending' ? 'get' : row.outcome === 'expired' && row.code !== null ? 'renew' : 'claim';
    if (next !== 'renew') await sleep(Math.min(row.retry_after ?? 1, 1));
  }
}

module.exports = { requestId, cardFor, ask, SQL };
