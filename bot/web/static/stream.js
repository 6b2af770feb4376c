// Follows what is new in the transcript, over every interruption.

import { renew } from "./token.js";

const SILENCE = 30_000; // ms without a sign of life: the connection is dead
const WAIT = [1_000, 2_000, 5_000, 15_000]; // ms between attempts to connect
const LOST_SHOWN = 1_500; // ms; shorter gaps are nobody's business

// `address` tells what to follow, `arrive` takes an entry and `change` its newer state, each with the id that the stream
// has come to; `show` is told whether we are connected. Returns what begins anew when the address has changed.
export function follow(address, { arrive, change, show }) {
  let source = null;
  let heard = 0;
  let attempts = 0;
  let again = 0;
  let lost = 0;

  function connect() {
    clearTimeout(again);
    source?.close();
    source = new EventSource(address());
    heard = Date.now();
    source.onopen = connected;
    source.onerror = retry;
    for (const [name, take] of Object.entries({ entry: arrive, update: change })) {
      source.addEventListener(name, (event) => {
        heard = Date.now();
        take(JSON.parse(event.data), Number(event.lastEventId));
      });
    }
    source.addEventListener("quiet", () => (heard = Date.now()));
    source.addEventListener("reset", () => location.reload());
  }

  async function connected() {
    // What answers now may not be what made this page.
    if (attempts) await renew();
    attempts = 0;
    clearTimeout(lost);
    lost = 0;
    show(true);
  }

  function retry() {
    source.close();
    clearTimeout(again);
    if (attempts) renew(); // a session that is over ends at the door
    again = setTimeout(connect, WAIT[Math.min(attempts++, WAIT.length - 1)]);
    lost ||= setTimeout(() => show(false), LOST_SHOWN);
  }

  setInterval(() => {
    if (Date.now() - heard > SILENCE && source.readyState !== EventSource.CLOSED) retry();
  }, SILENCE / 3);
  addEventListener("online", () => source.readyState === EventSource.CLOSED && connect());
  connect();
  return connect;
}
