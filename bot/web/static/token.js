// The word by which the service knows that this page sends; another one is needed after it began anew.

let token = document.body.dataset.token;

// Resolves to whether there is a word again; whoever has to give the password first is sent to do so.
export async function renew() {
  const answer = await fetch("/token").catch(() => null);
  if (answer?.status === 401) location.reload();
  if (!answer?.ok) return false;
  token = (await answer.json()).token;
  return true;
}

export async function send(path, { headers = {}, ...how }) {
  const sent = () => fetch(path, { ...how, method: "POST", headers: { ...headers, "X-Page-Token": token } });
  const answer = await sent();
  return [401, 403].includes(answer.status) && (await renew()) ? sent() : answer;
}

export async function leave() {
  const answer = await send("/leave", {}).catch(() => null);
  if (answer?.ok) location.assign("/login");
}
