// A link of another site brings a reader to the door who is in already: his cookie did not come along, but does now.

const answer = await fetch("/token").catch(() => null);
if (answer?.ok) location.replace("/");
