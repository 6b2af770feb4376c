// Follows what is new in the transcript, over every interruption.

const SILENCE = 30_000; // ms without a sign of life: the connection is dead
const WAIT = [1_000, 2_000, 5_000, 15_000]; // ms between attempts to connect
const LOST_SHOWN = 1_500; // ms; shorter gaps are nobody's business

// `newest` tells the id after which to go on, `arrive` takes an entry, `show` is told whether we are connected.
export function follow(newest, arrive, show) {
  let source = null;
  let heard = 0;
  let attempts = 0;
  let again = 0;
  let lost = 0;

  function connect() {
    clearTimeout(again);
    source?.close();
    source = new EventSource(`/events?after=${newest()}`);
    heard = Date.now();
    source.onopen = connected;
    source.onerror = retry;
    source.addEventListener("entry", (event) => {
      heard = Date.now();
      arrive(JSON.parse(event.data));
    });
    source.addEventListener("quiet", () => (heard = Date.now()));
    source.addEventListener("reset", () => location.reload());
  }

  function connected() {
    attempts = 0;
    clearTimeout(lost);
    lost = 0;
    show(true);
  }

  function retry() {
    source.close();
    clearTimeout(again);
    again = setTimeout(connect, WAIT[Math.min(attempts++, WAIT.length - 1)]);
    lost ||= setTimeout(() => show(false), LOST_SHOWN);
  }

  setInterval(() => {
    if (Date.now() - heard > SILENCE && source.readyState !== EventSource.CLOSED) retry();
  }, SILENCE / 3);
  addEventListener("online", () => source.readyState === EventSource.CLOSED && connect());
  connect();
}
