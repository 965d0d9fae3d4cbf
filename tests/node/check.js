// Checks claim.js against a database and kaquan-sim, directly and through PgBouncer. tests/node/run.sh sets the stage.
'use strict';
const assert = require('node:assert');
const { Pool } = require('pg');
const { requestId, cardFor, ask, SQL } = require('./claim.js');

const { KAQUAN_SIM_URL, KAQUAN_POOLER, PGHOST } = process.env;
const ways = { direct: { host: PGHOST }, PgBouncer: { host: KAQUAN_POOLER, port: 6432 } };
const admin = new Pool({ max: 1 });

async function addToWallet(card) {
  const body = JSON.stringify({ card_id: card.card_id, card_ext: card.card_ext });
  return (await fetch(`${KAQUAN_SIM_URL}/sim/add_card`, { method: 'POST', body })).json();
}
const ticketsOf = async (id) =>
  (await admin.query('select count(*)::int as n from kaquan.ticket where request_id = $1', [id])).rows[0].n;
const refused = (sqlstate) => (error) => error.code === sqlstate;

const checks = {
  async 'a claimed card goes into the wallet'(pool) {
    const card = await cardFor(pool, 'adult', requestId());
    assert.equal(card.outcome, 'ok');
    assert.deepEqual(Object.keys(JSON.parse(card.card_ext)).sort(), ['code', 'nonce_str', 'outer_str', 'signature', 'timestamp']);
    assert.equal((await addToWallet(card)).errMsg, 'addCard:ok');
  },
  async 'the same request id gets the same card, byte for byte, also at once'(pool) {
    const id = requestId();
    const cards = await Promise.all(Array.from({ length: 10 }, () => cardFor(pool, 'adult', id)));
    assert.equal(new Set(cards.map((card) => card.card_ext)).size, 1);
    assert.equal(await ticketsOf(id), 1);
    assert.equal((await ask(pool, SQL.get, ['adult', id])).card_ext, cards[0].card_ext);
  },
  async 'fifty at once get fifty codes, and WeChat takes each'(pool) {
    const cards = await Promise.all(Array.from({ length: 50 }, () => cardFor(pool, 'adult', requestId())));
    assert.equal(new Set(cards.map((card) => card.code)).size, 50);
    for (const answer of await Promise.all(cards.map(addToWallet))) assert.equal(answer.ok, true);
  },
  async 'a connection that breaks in the middle costs no second card'(pool) {
    const id = requestId();
    const client = await pool.connect();
    client.on('error', () => {});
    const lost = client.query(SQL.claim, ['adult', id, null]).catch((error) => error);
    setImmediate(() => client.connection.stream.destroy());
    await lost;
    client.release(true);
    assert.equal((await cardFor(pool, 'adult', id)).outcome, 'ok');
    assert.equal(await ticketsOf(id), 1);
  },
  async 'a renewed card has the same code and another signature'(pool) {
    const id = requestId();
    const card = await cardFor(pool, 'adult', id);
    assert.equal((await ask(pool, SQL.renew, ['adult', id])).outcome, 'pending');
    const fresh = await cardFor(pool, 'adult', id, { patience: 20 });
    let now = fresh;
    for (let tries = 0; tries < 100 && now.card_ext === card.card_ext; tries++) {
      await new Promise((done) => setTimeout(done, 100));
      now = await cardFor(pool, 'adult', id, { patience: 20 });
    }
    assert.equal(now.code, card.code);
    assert.notEqual(now.card_ext, card.card_ext);
    assert.equal((await addToWallet(now)).ok, true);
  },
  async 'a business answer is an outcome'(pool) {
    const id = requestId();
    assert.equal((await cardFor(pool, 'nobody', requestId())).outcome, 'unknown_template');
    assert.equal((await cardFor(pool, 'adult', id, { openid: 'oAlice' })).outcome, 'ok');
    assert.equal((await cardFor(pool, 'adult', id, { openid: 'oBob' })).outcome, 'conflict');
    assert.equal((await ask(pool, SQL.get, ['adult', requestId()])).outcome, 'empty');
  },
  async "a caller's fault is an error"(pool) {
    await assert.rejects(cardFor(pool, 'adult', ''), refused('KQ400'));
    await assert.rejects(cardFor(pool, 'adult', 'x'.repeat(65)), refused('KQ401'));
    await assert.rejects(pool.query('select * from kaquan.ticket'), refused('42501'));
    const client = await pool.connect();
    await client.query('begin isolation level serializable');
    await assert.rejects(client.query(SQL.claim, ['adult', requestId(), null]), refused('KQ402'));
    await client.query('rollback');
    client.release();
  },
  async 'pool_level tells how many are ready'(pool) {
    const { rows: [level] } = await pool.query('select * from kaquan.pool_level($1)', ['adult']);
    assert.ok(Number(level.ready) > 100, `ready: ${level.ready}`);
    assert.ok(level.valid_until > new Date());
  },
};

async function main() {
  let number = 0, failed = 0;
  for (const [way, connection] of Object.entries(ways)) {
    const pool = new Pool({ ...connection, user: 'festival_app', max: 10, query_timeout: 5000 });
    pool.on('error', () => {});
    for (const [name, check] of Object.entries(checks)) {
      number++;
      try {
        await check(pool);
        console.log(`ok ${number} - ${way}: ${name}`);
      } catch (error) {
        failed++;
        console.log(`not ok ${number} - ${way}: ${name}\n# ${String(error.stack).replaceAll('\n', '\n# ')}`);
      }
    }
    await pool.end();
  }
  await admin.end();
  console.log(`1..${number}`);
  process.exitCode = failed > 0 ? 1 : 0;
}
main();
